package broker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore/relay"
)

// Subjects between a subscriber's account and the ledger's account. In the
// ledger's account the next token is the credential's key.
const (
	requestSubject = "feed.request." // replaces $JS. in a subscriber's account
	inSubject      = "feeds.in."     // a subscriber's requests, without $JS.
	answerSubject  = "feeds.answer." // the server's answers to the gate
	outSubject     = "feeds.out."    // what arrives in the subscriber's inbox
)

// consumer returns the name of a credential's durable consumer.
func consumer(key string) string { return "feed-" + key }

// inbox returns the prefix of a credential's inboxes.
func inbox(key string) string { return "_INBOX_" + key + "." }

// requests returns all subjects that a subscriber may publish to. The server
// maps subjects before it checks permissions: a message to $JS. has the prefix
// requestSubject by then.
func requests(key string) []string {
	subjects := []string{createSubject(key) + ".>", infoSubject(key), nextSubject(key), ackSubject(key) + ".>"}
	for i, s := range subjects {
		subjects[i] = requestSubject + strings.TrimPrefix(s, "$JS.")
	}
	return subjects
}

func createSubject(key string) string { return api("CREATE", key) }
func infoSubject(key string) string   { return api("INFO", key) }
func nextSubject(key string) string   { return api("MSG.NEXT", key) }
func ackSubject(key string) string    { return "$JS.ACK." + relay.Stream + "." + consumer(key) }

func api(verb, key string) string {
	return "$JS.API.CONSUMER." + verb + "." + relay.Stream + "." + consumer(key)
}

// Gate forwards subscribers' requests to JetStream if they are allowed. With an
// external NATS cluster it runs in each achledger process, behind accounts and
// permissions set as in docs/nats.md.
type Gate struct {
	conn     *nats.Conn
	clientOf func(key string) (client string, ok bool)
	longest  time.Duration // that a pull may wait
	log      *slog.Logger
	answers  *nats.Subscription
	all      *nats.Subscription // nil if each credential has its own subscription
}

// NewGate opens a gate in the ledger's account. clientOf returns the client of
// a credential in use; ok is false for a revoked one.
func NewGate(conn *nats.Conn, clientOf func(key string) (client string, ok bool), log *slog.Logger) (*Gate, error) {
	g := &Gate{conn: conn, clientOf: clientOf, longest: longestPull, log: log}
	var err error
	if g.answers, err = conn.Subscribe(answerSubject+">", g.reply); err != nil {
		return nil, fmt.Errorf("open the gate: %w", err)
	}
	return g, nil
}

// OpenToAll serves all credentials that the configuration of an external
// cluster admits. Several processes may call it: each request is served by one
// of them.
func (g *Gate) OpenToAll() error {
	var err error
	if g.all, err = g.conn.QueueSubscribe(inSubject+"*.>", "gate", g.request); err != nil {
		return fmt.Errorf("open the gate: %w", err)
	}
	return g.flush()
}

// open serves one credential. Its account must be joined already: the server
// connects a subscription only with accounts that exist.
func (g *Gate) open(key string) (stop func(), err error) {
	sub, err := g.conn.Subscribe(inSubject+key+".>", g.request)
	if err != nil {
		return nil, fmt.Errorf("open the gate: %w", err)
	}
	if err := g.flush(); err != nil {
		return nil, err
	}
	return func() { _ = sub.Unsubscribe() }, nil // fails only when closed
}

func (g *Gate) flush() error {
	if err := g.conn.Flush(); err != nil {
		return fmt.Errorf("open the gate: %w", err)
	}
	return nil
}

// Close ends the gate; pending requests get no response.
func (g *Gate) Close() {
	for _, s := range []*nats.Subscription{g.all, g.answers} {
		if s != nil {
			_ = s.Unsubscribe() // fails only when closed
		}
	}
}

// request forwards a subscriber's request. It drops everything that is not
// certainly allowed, as a server drops a message to a forbidden subject.
func (g *Gate) request(m *nats.Msg) {
	key, rest, ok := strings.Cut(strings.TrimPrefix(m.Subject, inSubject), ".")
	subject := "$JS." + rest
	if !ok || !keyForm.MatchString(key) {
		return
	}
	client, ok := g.clientOf(key)
	if !ok || !clientForm.MatchString(client) {
		return
	}
	reply, ok := strings.CutPrefix(m.Reply, inbox(key))
	if m.Reply != "" && (!ok || !literal(reply)) {
		g.log.Debug("subscriber asks for an answer that is not to its own inbox", "key", key, "reply", m.Reply)
		return
	}
	out := &nats.Msg{Subject: subject, Data: m.Data}
	switch {
	case subject == nextSubject(key), strings.HasPrefix(subject, ackSubject(key)+"."):
		var err error
		if out.Data, err = g.bounded(m.Data, subject == nextSubject(key)); err != nil {
			g.log.Debug("subscriber's pull cannot be read", "key", key, "err", err)
			return
		}
		if m.Reply != "" {
			out.Reply = outSubject + key + "." + reply
		}
	case m.Reply == "":
		return // no reply subject for a response
	case subject == infoSubject(key):
		out.Reply = answerSubject + key + "." + reply
	case strings.HasPrefix(subject, createSubject(key)+"."):
		body, err := feedRequest(m.Data, key, client)
		if err != nil {
			g.send(&nats.Msg{Subject: outSubject + key + "." + reply, Data: refusal(err)})
			return
		}
		out.Subject, out.Data = createSubject(key)+"."+filter(client), body
		out.Reply = answerSubject + key + "." + reply
	default:
		return
	}
	g.send(out)
}

// bounded returns a pull, or an acknowledgement, which may contain a pull, with the time
// that it may wait.
func (g *Gate) bounded(data []byte, pull bool) ([]byte, error) {
	if pull {
		return pullRequest(data, g.longest)
	}
	next := []byte("+NXT")
	rest, ok := bytes.CutPrefix(data, next)
	if !ok {
		return data, nil
	}
	request, err := pullRequest(rest, g.longest)
	return append(next, request...), err
}

// Forget deletes the consumer of a revoked credential, and with it the pulls that wait
// there: the server would answer them without asking the gate again.
func (g *Gate) Forget(ctx context.Context, key string) error {
	js, err := jetstream.New(g.conn)
	if err == nil {
		err = js.DeleteConsumer(ctx, relay.Stream, consumer(key))
	}
	if err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) && !errors.Is(err, jetstream.ErrStreamNotFound) {
		return fmt.Errorf("delete consumer %s: %w", consumer(key), err)
	}
	return nil
}

// literal reports whether the end of a subject is without wildcards and empty
// tokens.
func literal(end string) bool {
	for token := range strings.SplitSeq(end, ".") {
		if token == "" || token == "*" || token == ">" {
			return false
		}
	}
	return true
}

// reply forwards the server's response, because the server does not send
// responses of its API across accounts that share a message stream.
func (g *Gate) reply(m *nats.Msg) {
	g.send(&nats.Msg{Subject: outSubject + strings.TrimPrefix(m.Subject, answerSubject), Header: m.Header, Data: m.Data})
}

func (g *Gate) send(m *nats.Msg) {
	if err := g.conn.PublishMsg(m); err != nil {
		g.log.Warn("subscriber's request not passed on", "subject", m.Subject, "err", err)
	}
}
