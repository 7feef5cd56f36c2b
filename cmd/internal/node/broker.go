package node

import (
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
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/projections"
)

// BrokerOptions say which broker echoes the log.
type BrokerOptions struct {
	Listen string // address of the embedded broker
	URL    string // of another server or cluster, in its place

	Creds, CA, Cert, Key string // files with which to reach the other one
	Replicas             int    // of the stream; 0 for 3 where URL names several servers, and else as it is
}

// replicas of the stream are three on a cluster.
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
		return "", 0, fmt.Errorf("--nats-listen: port %q is no number", text)
	}
	return host, port, nil
}

// free makes sure that nobody listens at the embedded broker's address.
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

// brokerLink is the broker, embedded or not, as the server holds it.
type brokerLink struct {
	conn     *nats.Conn
	embedded *broker.Broker // nil with another broker
	gate     *broker.Gate   // nil with the embedded one, which has its own
	opening  sync.WaitGroup // of the gate, while the broker is away
	url      string         // without password
}

// connectBroker starts or reaches the broker and makes the relay. A stream
// that is not an echo of the log refuses the start; a broker that is away
// does not, as nothing accepted depends on it.
func (s *Server) connectBroker(ctx context.Context, d *projections.Directory) (err error) {
	readers := &subscribers{logins: s.logins, directory: d, fresh: func(context.Context) error { return nil }}
	if s.asks != nil {
		readers.fresh = s.fresh
	}
	if s.options.Broker.URL == "" {
		s.broker, err = s.embed(readers)
	} else {
		s.broker, err = s.reach(readers)
	}
	if err != nil {
		return err
	}
	s.relay = &relay.Relay{Store: s.Store, Conn: s.broker.conn, Log: s.log, Replicas: s.options.Broker.replicas()}
	if !s.broker.conn.IsConnected() {
		s.log.Warn("the broker is away; the stream follows when it is there", "url", s.broker.url)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err = s.relay.Open(ctx)
	if relay.Fatal(err) && s.options.Broker.URL == "" {
		return fmt.Errorf("%w. With the server stopped, that folder is %s", err, s.Folder.NATS())
	}
	if errors.Is(err, relay.ErrFork) && s.switched != nil {
		return s.distrust(ctx, err.Error()) // the node serves; nothing leaves
	}
	if relay.Fatal(err) {
		return err
	}
	if err != nil {
		s.log.Warn("the broker went away; the stream follows when it is back", "err", err)
	}
	return nil
}

// embed starts the broker inside this process.
func (s *Server) embed(readers *subscribers) (*brokerLink, error) {
	host, port, err := s.options.Broker.address()
	if err != nil {
		return nil, err
	}
	b, err := broker.Start(broker.Options{
		Dir: s.Folder.NATS(), Host: host, Port: port, TLS: s.secure, Authenticate: readers.authenticate, ClientOf: readers.clientOf, Log: s.log,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, anotherPort)
	}
	conn, err := b.Conn(nats.Name("relay"))
	if err != nil {
		b.Close()
		return nil, err
	}
	return &brokerLink{conn: conn, embedded: b, url: b.URL()}, nil
}

// reach connects to another broker and serves its subscribers' requests. It
// does not wait for one that is away.
func (s *Server) reach(readers *subscribers) (*brokerLink, error) {
	o := s.options.Broker
	options := append(o.identity(), nats.MaxReconnects(-1), nats.RetryOnFailedConnect(true))
	shown, err := redacted(o.URL)
	if err != nil {
		return nil, err
	}
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
		l.opening.Go(func() { _ = l.gate.OpenToAll() }) // waits for the broker; what it asks for is sent in any case
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// identity is how the other broker knows this server, and this server it.
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

// redacted is a list of servers as people may read it: without passwords, and
// without tokens, which stand in a user's place. A server that is no URL is an
// error that does not repeat it.
func redacted(servers string) (string, error) {
	var shown []string
	for _, server := range strings.Split(servers, ",") {
		server = strings.TrimSpace(server)
		if !strings.Contains(server, "://") {
			server = "nats://" + server // as its client reads it
		}
		u, err := url.Parse(server)
		if err != nil {
			return "", errors.New("--nats-url: not a URL, or several with commas between them; a password in it is percent-encoded")
		}
		if _, has := u.User.Password(); u.User != nil && !has {
			u.User = url.User("xxxxx")
		}
		shown = append(shown, u.Redacted())
	}
	return strings.Join(shown, ","), nil
}

// revoked ends what a revoked credential has open.
func (l *brokerLink) revoked(key string) {
	if l.embedded != nil {
		_ = l.embedded.Disconnect(key) // its return is refused in any case
	}
}

func (l *brokerLink) close() {
	l.conn.Close()
	l.opening.Wait()
	if l.gate != nil {
		l.gate.Close()
	}
	if l.embedded != nil {
		l.embedded.Close()
	}
}

// runRelay runs the relay. What ends it needs a person, and is said; the
// ledger continues without its echo, as its lag shows, until the stream is reset.
func (s *Server) runRelay(ctx context.Context) error {
	for ctx.Err() == nil {
		err := s.relay.Run(ctx)
		if err != nil {
			s.log.Error("the stream is not followed any more: achledger stream reset fills it again", "err", err)
		}
		if errors.Is(err, relay.ErrFork) && s.switched != nil {
			if _, err := s.forked(ctx); err != nil && ctx.Err() == nil {
				s.log.Error("delivery could not be switched off", "err", err)
			}
		}
		select {
		case <-ctx.Done():
		case <-s.refill:
		}
	}
	return nil
}

// forked switches everything off, unless the stream was reset since it was found to
// be a fork; then still is false.
func (s *Server) forked(ctx context.Context) (still bool, err error) {
	s.resetting.Lock()
	defer s.resetting.Unlock()
	if _, err = s.relay.Open(ctx); errors.Is(err, relay.ErrFork) {
		return true, s.distrust(ctx, err.Error())
	}
	return false, nil
}

// ResetStream deletes the stream, which the relay fills again from the log, after
// a person has seen that it holds another log than this, under another epoch.
// Subscribers begin again.
func (s *Server) ResetStream(ctx context.Context, _ Nothing) (Nothing, error) {
	s.resetting.Lock()
	defer s.resetting.Unlock()
	if err := s.relay.Reset(ctx); err != nil {
		return Nothing{}, err
	}
	s.log.Warn("the stream was deleted and is filled again")
	select {
	case s.refill <- struct{}{}:
	default: // it runs, and finds out by itself
	}
	return Nothing{}, nil
}
