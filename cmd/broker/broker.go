package broker

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/achledger/achledger/eventstore/relay"
)

// Options are the options of Start.
type Options struct {
	Dir string // where JetStream keeps its files

	// Host and Port are the address for subscribers. Without a Host there is
	// none; with Port 0 the system chooses a port. Without TLS passwords are
	// sent in the clear: then it should be a loopback address.
	Host string
	Port int
	TLS  *tls.Config

	// Authenticate checks a credential and returns its client. It is called for
	// each connection, with the remote address, from several goroutines at
	// once.
	Authenticate func(key, secret, remote string) (client string, ok bool)

	// ClientOf returns the client of a key that may read now. It is called for
	// each request of a subscriber, so that a revoked or expired credential
	// reads nothing more. Nil: everyone who is logged in may read.
	ClientOf func(key string) (client string, ok bool)

	// Opening, if set, is called before the streams are opened. Tests delay the
	// opening with it, or make it fail.
	Opening func(ctx context.Context) error

	Log *slog.Logger // slog.Default by default

	longestPull time.Duration // that a pull may wait, for tests; longestPull by default
	lookEvery   time.Duration // whether JetStream writes, for tests; lookEvery by default
}

// Broker is a running NATS server.
type Broker struct {
	server *server.Server
	ledger *server.Account // holds the stream
	secure bool            // subscribers connect with TLS
	secret string          // password of the connections within this process
	login  *login
	gate   *Gate
	own    *nats.Conn // the gate's connection
	log    *slog.Logger

	stop      context.CancelFunc // ends the opening, and keepWritable
	opened    chan struct{}      // closed when open has returned
	failed    error              // what open returned
	reopening atomic.Bool        // JetStream is being started again
	lost      atomic.Bool        // see StreamLost
	ended     chan struct{}      // closed when nothing is opened any more
}

const (
	ledgerAccount = "LEDGER"
	ownUser       = "_achledger" // no credential key has an underscore
	startTimeout  = 30 * time.Second
	stopTime      = 3 * time.Second       // how long Close waits while streams are being opened
	reconnectWait = 20 * time.Millisecond // between attempts of a connection within the process
)

// Bounds of connections, including those within this process. Those of a client
// are as many as its event streams over HTTP may be.
const (
	maxConnections  = 512
	maxOfCredential = 16
	maxOfClient     = 64                   // of all its credentials
	maxPending      = 2 * relay.MinPayload // bytes that wait for a slow subscriber before it is cut off
	maxControlLine  = 4 << 10              // bytes of a command without its payload
	tlsTimeout      = 5                    // seconds for a handshake
)

// maxStore is no limit. JetStream would take three quarters of the disk space
// that is free at the start, and count every message before it is compressed: a
// stream of ten million payments reached that with most of the space still free,
// and took no further message. The log refuses writes before the disk is full.
const maxStore = 1 << 60 // bytes

// Start starts a broker. It returns when the server listens. The streams of an
// earlier run are opened in the background: after a kill JetStream reads all of
// their messages. Nobody can connect before WaitUntilOpen returns.
func Start(o Options) (*Broker, error) {
	o.Log = cmp.Or(o.Log, slog.Default())
	b := &Broker{secret: rand.Text(), secure: o.TLS != nil, log: o.Log, opened: make(chan struct{}), ended: make(chan struct{})}
	b.login = newLogin(o.Authenticate, o.ClientOf, b.secret)
	s, err := server.NewServer(&server.Options{
		ServerName: "achledger",
		Host:       o.Host, Port: cmp.Or(o.Port, server.RANDOM_PORT), DontListen: o.Host == "",
		TLSConfig: o.TLS, TLS: o.TLS != nil, TLSTimeout: tlsTimeout,
		MaxPayload: relay.MinPayload, MaxPending: maxPending, MaxConn: maxConnections, MaxControlLine: maxControlLine,
		JetStream: true, StoreDir: o.Dir, JetStreamMaxStore: maxStore, DisableJetStreamBanner: true,
		Accounts:                   []*server.Account{server.NewAccount(ledgerAccount)},
		CustomClientAuthentication: b.login,
		NoSigs:                     true,
	})
	if err != nil {
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	b.server = s
	l := newServerLog(o.Log)
	s.SetLoggerV2(l, false, false, false)
	s.Start()
	if err := b.listens(l); err != nil {
		b.shutdown()
		return nil, fmt.Errorf("start the broker: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	b.stop = stop
	go func() {
		defer close(b.ended)
		b.failed = b.open(ctx, o)
		close(b.opened)
		if b.failed == nil {
			b.keepWritable(ctx, o)
		}
	}()
	return b, nil
}

// listens waits until the server accepts connections.
func (b *Broker) listens(l *serverLog) error {
	for end := time.Now().Add(startTimeout); !b.server.ReadyForConnections(20 * time.Millisecond); {
		if l.fatal() != nil {
			return l.fatal()
		}
		if time.Now().After(end) {
			return fmt.Errorf("it serves no connections after %v", startTimeout)
		}
	}
	return nil
}

// open opens the streams, and then accepts connections of this process and of
// subscribers. A connection that came earlier could be told that there is no
// stream, and the relay would make one.
func (b *Broker) open(ctx context.Context, o Options) (err error) {
	if o.Opening != nil {
		if err := o.Opening(ctx); err != nil {
			return fmt.Errorf("open the streams: %w", err)
		}
	}
	if b.ledger, err = b.server.LookupAccount(ledgerAccount); err != nil {
		return err
	}
	if err := b.ledger.EnableJetStream(nil, nil); err != nil {
		return fmt.Errorf("open the streams: %w", err)
	}
	b.login.serve(b.server, b.ledger, nil) // accept this process
	if b.own, err = b.connect(inside{b}, nats.Name("gate")); err != nil {
		return err
	}
	if b.gate, err = NewGate(b.own, b.login.clientOf, b.log); err != nil {
		return err
	}
	b.gate.longest = cmp.Or(o.longestPull, longestPull)
	b.login.serve(b.server, b.ledger, b.gate) // accept subscribers
	return nil
}

// WaitUntilOpen waits until the streams are open. It returns why they could not
// be opened, or the error of ctx if that ends before.
func (b *Broker) WaitUntilOpen(ctx context.Context) error {
	select {
	case <-b.opened:
	case <-ctx.Done():
		return ctx.Err()
	}
	if b.failed != nil {
		return fmt.Errorf("start the broker: %w", b.failed)
	}
	return nil
}

// Conn connects this process, with all rights in the account of the stream.
// While the streams are being opened, the returned connection is established
// later, when they are open. Close it before the broker.
func (b *Broker) Conn(options ...nats.Option) (*nats.Conn, error) {
	return b.connect(onceOpen{b}, append([]nats.Option{nats.RetryOnFailedConnect(true)}, options...)...)
}

func (b *Broker) connect(to nats.InProcessConnProvider, options ...nats.Option) (*nats.Conn, error) {
	c, err := nats.Connect("", append([]nats.Option{
		nats.InProcessServer(to), nats.UserInfo(ownUser, b.secret),
		nats.MaxReconnects(-1), nats.ReconnectWait(reconnectWait), nats.ReconnectJitter(0, 0),
	}, options...)...)
	if err != nil {
		return nil, fmt.Errorf("connect to the broker: %w", err)
	}
	return c, nil
}

// onceOpen dials the broker within the process when its streams are open.
type onceOpen struct{ *Broker }

var errOpening = errors.New("the streams are being opened")

// InProcessConn implements nats.InProcessConnProvider.
func (o onceOpen) InProcessConn() (net.Conn, error) {
	select {
	case <-o.opened:
	default:
		return nil, errOpening
	}
	if o.failed != nil {
		return nil, o.failed
	}
	return inside(o).InProcessConn()
}

// URL is the address for subscribers, such as nats://127.0.0.1:4222; "" if
// there is none.
func (b *Broker) URL() string {
	if b.server.Addr() == nil {
		return ""
	}
	scheme := "nats://"
	if b.secure {
		scheme = "tls://"
	}
	return scheme + b.server.Addr().String()
}

// Close stops the broker. Messages that it has accepted are on disk. A server
// that is opening its streams cannot be interrupted: after stopTime Close
// leaves it running until the process ends, which has the same effect on its
// files as a kill.
func (b *Broker) Close() {
	b.stop()
	select {
	case <-b.ended:
	case <-time.After(stopTime):
		b.log.Warn("the broker is stopped while it opens its streams; the next start opens them from the beginning")
		return
	}
	if b.gate != nil {
		b.gate.Close()
	}
	if b.own != nil {
		b.own.Close()
	}
	b.shutdown()
}

func (b *Broker) shutdown() {
	b.login.close() // only now: a client that is refused twice never connects again
	b.server.Shutdown()
	b.server.WaitForShutdown()
}

// Forget deletes the consumer of a credential that was revoked and disconnected, once
// the streams are open: it would stay for as long as the stream.
func (b *Broker) Forget(ctx context.Context, key string) error {
	if err := b.WaitUntilOpen(ctx); err != nil {
		return err
	}
	return b.gate.Forget(ctx, key)
}

// Disconnect closes every connection that logged in with a credential, and
// drops its pending requests. Revoke the credential before, so that
// Authenticate refuses a reconnection.
func (b *Broker) Disconnect(key string) error {
	b.login.forget(key)
	return b.disconnect(key)
}

// disconnect closes every connection of a user.
func (b *Broker) disconnect(user string) error {
	open, err := b.server.Connz(&server.ConnzOptions{Username: true, User: user, Limit: 1 << 20})
	if err != nil {
		return fmt.Errorf("disconnect %s: %w", user, err)
	}
	for _, c := range open.Conns {
		// It may have disconnected on its own meanwhile.
		_ = b.server.DisconnectClientByID(c.Cid)
	}
	return nil
}
