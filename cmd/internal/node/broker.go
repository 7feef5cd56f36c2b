package node

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/achledger/achledger/cmd/broker"
	"github.com/achledger/achledger/eventstore/follow"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/projections"
)

// BrokerOptions select the broker that the log is relayed to.
type BrokerOptions struct {
	Listen string // address of the embedded broker
	URL    string // of an external server or cluster to use instead

	Creds, CA, Cert, Key string // credential and TLS files for the external broker
	Replicas             int    // of the stream; 0: three if URL lists several servers, otherwise unchanged

	opening func(context.Context) error // holds up the embedded broker's streams, for tests
}

// replicas is the number of replicas of the stream: three on a cluster, unless
// set.
func (o BrokerOptions) replicas() int {
	if o.Replicas == 0 && strings.Contains(o.URL, ",") {
		return 3
	}
	return o.Replicas
}

// address is where the embedded broker listens.
func (o BrokerOptions) address() (host string, port int, err error) {
	host, text, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return "", 0, fmt.Errorf("--nats-listen: %w", err)
	}
	if port, err = strconv.Atoi(text); err != nil {
		return "", 0, fmt.Errorf("--nats-listen: port %q is not a number", text)
	}
	return host, port, nil
}

// free checks that nothing listens on the embedded broker's address.
func (o BrokerOptions) free() error {
	if _, _, err := o.address(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("%w: %s", err, anotherPort)
	}
	return l.Close()
}

const anotherPort = "choose another address with --nats-listen, 127.0.0.1:0 takes any free port"

// brokerLink is the connection to the broker, embedded or external.
type brokerLink struct {
	conn     *nats.Conn
	embedded *broker.Broker // nil with an external broker
	gate     *broker.Gate   // nil with the embedded broker, which has its own
	opening  sync.WaitGroup // of the gate, until the external broker is reachable
	ending   sync.WaitGroup // of revoked credentials' pulls, at the external broker
	url      string         // without password
}

// connectBroker starts or connects to the broker and makes the relay. A stream
// that is not a copy of the log stops the start. A broker that is away, or that
// still opens its streams, does not, because no accepted payment depends on it.
func (s *Server) connectBroker(ctx context.Context, d *projections.Directory) (err error) {
	readers := &subscribers{logins: s.logins, directory: d, fresh: func(context.Context) error { return nil }}
	if s.asks != nil {
		readers.fresh = s.fresh
	}
	if s.options.Broker.URL == "" {
		s.broker, err = s.embed(ctx, readers)
	} else {
		s.broker, err = s.reach(readers)
	}
	if err != nil {
		return err
	}
	s.relay = &relay.Relay{Store: s.Store, Conn: s.broker.conn, Log: s.log, Replicas: s.options.Broker.replicas()}
	if b := s.broker.embedded; b != nil {
		s.relay.WriteLater, s.relay.Lost = true, b.StreamLost
	}
	s.pauseDelivery()
	switch {
	case s.broker.conn.IsConnected():
		return s.compareStream(ctx)
	case s.streamOpening():
		s.log.Warn(unopened)
	default:
		s.log.Warn("the broker is not reached; the stream catches up when it is", "url", s.broker.url)
	}
	return nil
}

// openWait is how long a start waits for the streams of the embedded broker.
// After a clean stop, or with a short log, they are open by then.
const openWait = time.Second

// embed starts the broker in this process.
func (s *Server) embed(ctx context.Context, readers *subscribers) (*brokerLink, error) {
	host, port, err := s.options.Broker.address()
	if err != nil {
		return nil, err
	}
	b, err := broker.Start(broker.Options{
		Dir: s.Folder.NATS(), Host: host, Port: port, TLS: s.secure, Authenticate: readers.authenticate, ClientOf: readers.clientOf, Opening: s.options.Broker.opening, Log: s.log,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, anotherPort)
	}
	soon, cancel := context.WithTimeout(ctx, openWait)
	defer cancel()
	if err := b.WaitUntilOpen(soon); err != nil && soon.Err() == nil {
		b.Close()
		return nil, err
	}
	conn, err := b.Conn(nats.Name("relay"))
	if err != nil {
		b.Close()
		return nil, err
	}
	return &brokerLink{conn: conn, embedded: b, url: b.URL()}, nil
}

// reach connects to an external broker and handles its subscribers' requests.
// It does not wait for an unreachable one.
func (s *Server) reach(readers *subscribers) (*brokerLink, error) {
	o := s.options.Broker
	shown, err := redacted(o.URL)
	if err != nil {
		return nil, err
	}
	var lost relay.Losses
	warn := func(err error) {
		if lost.New(err, 0) {
			s.log.Warn("the broker cannot be used", "url", shown, "err", err)
		}
	}
	options := append(o.identity(), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true),
		// Otherwise two refused logins, as while passwords are changed, close the
		// connection for good.
		nats.IgnoreAuthErrorAbort(),
		nats.ReconnectErrHandler(func(_ *nats.Conn, err error) { warn(err) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { warn(err) }),
		nats.ReconnectHandler(func(*nats.Conn) { lost.Over() }))
	conn, err := nats.Connect(o.URL, options...)
	if err != nil {
		return nil, fmt.Errorf("reach the broker at --nats-url %s: %w", shown, err)
	}
	l := &brokerLink{conn: conn, url: shown}
	if l.gate, err = broker.NewGate(conn, readers.clientOf, s.log); err != nil {
		l.close()
		return nil, err
	}
	if conn.IsConnected() {
		err = l.gate.OpenToAll()
	} else {
		l.opening.Go(func() { _ = l.gate.OpenToAll() }) // waits for the broker; the client sends the subscriptions once it is connected
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// identity is how the external broker and this server authenticate each other.
func (o BrokerOptions) identity() []nats.Option {
	options := []nats.Option{nats.Name("achledger")}
	if o.Creds != "" {
		options = append(options, nats.UserCredentials(o.Creds))
	}
	if o.CA != "" {
		options = append(options, nats.RootCAs(o.CA))
	}
	if o.Cert != "" || o.Key != "" {
		options = append(options, nats.ClientCert(o.Cert, o.Key))
	}
	return options
}

// redacted formats a list of server URLs for people, without passwords and
// without tokens, which NATS takes in the place of a user name. The error
// about an invalid URL does not repeat it, as it may contain a secret.
func redacted(servers string) (string, error) {
	var shown []string
	for _, server := range strings.Split(servers, ",") {
		server = strings.TrimSpace(server)
		if !strings.Contains(server, "://") {
			server = "nats://" + server // as the NATS client does
		}
		u, err := url.Parse(server)
		if err != nil {
			return "", errors.New("--nats-url: must be a URL, or several separated by commas; percent-encode a password in it")
		}
		if _, has := u.User.Password(); u.User != nil && !has {
			u.User = url.User("xxxxx")
		}
		shown = append(shown, u.Redacted())
	}
	return strings.Join(shown, ","), nil
}

// revoked closes the connections of a revoked credential, and deletes its consumer.
// Connections to an external broker stay; their pulls end.
func (l *brokerLink) revoked(key string) {
	if l.embedded != nil {
		_ = l.embedded.Disconnect(key) // if this fails, the credential is still refused when it reconnects
	}
	l.ending.Go(func() { // the broker may be away
		ctx, cancel := context.WithTimeout(context.Background(), answerWait)
		defer cancel()
		_ = l.forget(ctx, key) // if this fails, pulls end by themselves, and the gate passes on no more
	})
}

// forget deletes a credential's consumer.
func (l *brokerLink) forget(ctx context.Context, key string) error {
	if l.embedded != nil {
		return l.embedded.Forget(ctx, key)
	}
	return l.gate.Forget(ctx, key)
}

func (l *brokerLink) close() {
	l.conn.Close()
	l.opening.Wait()
	l.ending.Wait()
	if l.gate != nil {
		l.gate.Close()
	}
	if l.embedded != nil {
		l.embedded.Close()
	}
}

// lookAgain is how often a stream is looked at that needs a person: whoever deletes it
// by the broker's own commands, or changes the broker's settings, tells nobody here.
const lookAgain = time.Minute

// runRelay runs the relay. If it stops for a reason that needs a person, it
// logs the reason, again each minute. The ledger then continues without its stream, and
// the lag metric grows, until the reason is gone or the stream is reset. It returns an
// error when the embedded broker cannot open its streams, or opens a stream that is not
// a copy of the log, and when delivery must be switched off and cannot be.
func (s *Server) runRelay(ctx context.Context) error {
	if err := s.openStream(ctx); err != nil {
		return err
	}
	for ctx.Err() == nil {
		err := s.relay.Run(ctx)
		if err != nil {
			s.log.Error("the stream no longer follows the log", "err", err)
		}
		switch fork := errors.Is(err, relay.ErrFork); {
		case fork && s.switched != nil && !s.awaitVerdict(ctx):
			continue
		case fork && s.switched == nil && s.relay.Position() == 0: // while this process has the folder, its log loses nothing
			if err := s.distrustFolder(ctx, err); err != nil && !errors.Is(err, relay.ErrFork) {
				return err
			}
		}
		select {
		case <-ctx.Done():
		case <-s.refill:
		case <-time.After(cmp.Or(s.options.lookAgain, lookAgain)):
		}
	}
	return nil
}

// contradicted is the reason for which delivery is paused after a fork was found,
// until the fork is confirmed and delivery is switched off.
const contradicted = "the stream holds events of another log, and it is not known whether it still does"

// awaitVerdict pauses delivery from the moment a fork is found until forked has an
// answer and the witnesses have confirmed the log: broker or database may be away
// just then. It returns the answer of forked; true also when ctx ends first.
func (s *Server) awaitVerdict(ctx context.Context) (still bool) {
	s.Switch.Pause(contradicted)
	for {
		still, err := s.forked(ctx)
		if err == nil {
			var sound bool // only then may the pause end: the log may not be confirmed yet
			if sound, err = s.takeEvidence(ctx); sound {
				return still
			}
		}
		s.log.Error("nothing is delivered: it is not known whether the stream is a copy of the log", "err", err)
		if !follow.Sleep(ctx, witnessEvery) {
			return true
		}
	}
}

// forked asks again whether the stream is a fork of the log, since it may have been
// reset meanwhile, and turns delivery off if it still is. On an error it is not
// known, or delivery could not be turned off.
func (s *Server) forked(ctx context.Context) (still bool, err error) {
	s.resetting.Lock()
	defer s.resetting.Unlock()
	asking, cancel := context.WithTimeout(ctx, answerWait)
	defer cancel()
	_, err = s.relay.Open(asking)
	if errors.Is(err, relay.ErrFork) {
		return true, s.distrust(ctx, err.Error())
	}
	return false, err
}

// ResetStream deletes the stream, and the relay fills it again from the log
// under a new epoch. A person orders it after seeing that the stream holds
// events of another log. Subscribers start over.
func (s *Server) ResetStream(ctx context.Context, _ Nothing) (Nothing, error) {
	if err := s.awaitStream(ctx); err != nil {
		return Nothing{}, err
	}
	s.resetting.Lock()
	defer s.resetting.Unlock()
	if err := s.relay.Reset(ctx); err != nil {
		return Nothing{}, err
	}
	s.log.Warn("the stream was deleted and is filled again")
	select {
	case s.refill <- struct{}{}:
	default: // a running relay finds out by itself
	}
	return Nothing{}, nil
}
