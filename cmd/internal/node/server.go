package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/errgroup"

	"github.com/achledger/achledger/cmd/internal/certificates"
	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/delivery"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/follow"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/eventstore/sqlite"
	achhttp "github.com/achledger/achledger/http"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/http/links"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
	"github.com/achledger/achledger/workers/inbound"
)

// Options are the choices of Serve.
type Options struct {
	Folder            folder.Folder
	Kind              folder.Kind
	Listen            string             // address of the API
	Admin             string             // address of the admin server, which has no login; empty: none
	TLS               certificates.Files // of the API and the embedded broker; none by default
	Proxies           []netip.Prefix     // proxies that terminate TLS in front of the API
	Insecure          bool               // addresses that other machines reach may be unencrypted
	Broker            BrokerOptions
	Plaid             links.PlaidConfig   // without keys a sandbox invents accounts, and production accepts no tokens
	OpenID            OpenID              // where operators sign in; none by default
	RequestsPerSecond float64             // for each client; 0: no limit
	SFTPAfter         inbound.AfterPickup // what happens to files picked up from a bank's server
	Log               *slog.Logger
	Store             sqlite.Options // the zero value serves
	Database          Database       // location of the ledger, if not in the folder
	Release           string         // version of this binary, shown to the other nodes
	// Ready is called once, when /readyz responds with 200.
	Ready func(Running)

	made        func(*Server) // for tests
	lookAgain   time.Duration // at a stream that needs a person, for tests; lookAgain by default
	noteEvery   time.Duration // how often the log's position is noted in its folder, for tests; noteEvery by default
	connections int           // concurrent connections to the API, for tests; maxConnections by default
}

// Running describes a server that is ready.
type Running struct {
	Base       string // of the API, "http://127.0.0.1:8080"
	Admin      string // "" without one
	NATS       string // "nats://127.0.0.1:4222"
	FirstStart bool   // the operations credential was just written
	Switch     delivery.State
	// Unconfirmed reports that no credential of a restored backup is accepted
	// yet.
	Unconfirmed bool
	// SignInLink makes the secret of a one-time link that signs a person in to
	// the console without a password; in a sandbox only.
	SignInLink func(ctx context.Context, email string) (secret string, err error)
}

// Server is a running ledger.
type Server struct {
	*Core
	options        Options
	log            *slog.Logger
	broker         *brokerLink
	relay          *relay.Relay
	compared       chan struct{} // closed when the embedded broker's stream was compared with the log; at once with an external one
	metrics        *prometheus.Registry
	totalsDiffer   func()
	engineAnswered func(outcome string, entries int)
	returned       func(code string)
	directory      *projections.Directory
	logins         *ledger.Logins
	views          *projections.Views
	atStart        int64 // head of the log when the views were opened
	working        atomic.Pointer[workerSet]
	asks           asker // nil in a folder, which has no other node
	sharedKeys     sharedKeys
	term           atomic.Int64 // the term in which this node leads; 0 if it does not, or in a folder
	verbs          map[string]verbHandler
	by             leaderVerbs
	acts           *workers.Acts
	plaid          api.Plaid
	http           *achhttp.Server
	certs          *certificates.Certificates // nil without TLS
	secure         *tls.Config                // nil without TLS
	listening      listeners
	moving         sync.Mutex    // the sandbox's clock
	resetting      sync.Mutex    // of the stream
	refill         chan struct{} // receives a value when the stream was reset
	traced         bool          // requests are traced
}

// Serve runs a ledger until ctx ends. It returns nil after a clean stop:
// requests under way were completed and the last commit is durable. It returns
// eventstore.ErrFailed when the log had to be closed.
func Serve(ctx context.Context, o Options) (err error) {
	// Before the folder is created: a first start with invalid flags must not
	// fix the folder's kind.
	o.Plaid.Sandbox = o.Kind == folder.Sandbox
	plaid, err := links.NewPlaid(o.Plaid)
	if err != nil {
		return err
	}
	if err := o.OpenID.check(); err != nil {
		return err
	}
	var certs *certificates.Certificates
	var secure *tls.Config
	if o.TLS.Given() {
		if certs, err = certificates.Open(o.TLS, o.Log); err != nil {
			return err
		}
		secure = certs.Config()
	}
	listening, err := listen(o, secure)
	if err != nil {
		return err
	}
	defer listening.Close() // may be closed already
	core, err := o.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, core.Close()) }()
	s := &Server{Core: core, options: o, log: o.Log, plaid: plaid, certs: certs, secure: secure, listening: listening, refill: make(chan struct{}, 1)}
	s.asks, _ = core.Leadership.(asker)
	for _, path := range core.Exposed {
		s.log.Warn("others on this machine could read this until now; if it is a key or a secret, replace it", "path", path)
	}
	if o.made != nil {
		o.made(s)
	}
	defer func() { err = errors.Join(err, s.close()) }()
	stopTracing, err := s.startTracing(ctx)
	if err != nil {
		return err
	}
	defer stopTracing()
	if err := s.prepare(ctx); err != nil {
		return err
	}
	return s.run(ctx)
}

// open opens the ledger, in a folder or a database.
func (o Options) open(ctx context.Context) (*Core, error) {
	if o.Database.URL != "" {
		return openDatabase(ctx, o)
	}
	return open(ctx, o.Folder, o.Kind, o.Store)
}

// prepare builds every part and starts none except the broker, which may still
// open its streams when it returns.
func (s *Server) prepare(ctx context.Context) (err error) {
	if s.views, err = projections.Open(ctx, s.Folder.Views(), s.Store, projections.Options{Log: s.log}); err != nil {
		return err
	}
	s.Ledger.Corrected = s.views.Corrected
	if s.atStart, err = s.Store.Reached(ctx, ""); err != nil {
		return err
	}
	s.sharedKeys.begin(s)
	s.directory = projections.NewDirectory(s.Ledger)
	s.metrics = newMetrics(s)
	s.totalsDiffer, s.returned, s.engineAnswered = totalsDiffer(s.metrics), returns(s.metrics), engineAnswered(s.metrics)
	s.logins = ledger.NewLogins(s.directory, time.Now, s.log, failedLogins(s.metrics))
	s.logins.Among(s.nodes)
	if err := s.connectBroker(ctx, s.directory); err != nil {
		return err
	}
	first, err := s.newWorkers()
	if err != nil {
		return err
	}
	s.working.Store(first)
	s.metrics.MustRegister(&webhookMetrics{s})
	s.acts = s.newActs()
	s.makeVerbs()
	return s.newAPI()
}

// newAPI makes the API.
func (s *Server) newAPI() (err error) {
	o := api.Options{
		Ledger: s.Ledger, Tokens: s.Store, Webhooks: s.Store, Views: s.views, Directory: s.directory,
		Log: s.log, Metrics: s.metrics, Logins: s.logins, Files: filesOf{s}, Inbound: inboundPort{s}, Acts: actsPort{s}, Guard: guardPort{s}, Revoked: s.broker.revoked,
		Plaid: s.plaid, Ready: s.ready, RequestsPerSecond: s.options.RequestsPerSecond, Nodes: s.nodes,
		TempDir: s.Folder.Spool(), CheckKeys: checkKeys, NoOutbox: s.Outbox == "", Proxies: s.options.Proxies, Traced: s.traced,
	}
	o.SignIns = s.signIns()
	if o.OpenID, err = s.openIDProvider(); err != nil {
		return err
	}
	if s.asks != nil {
		o.Fresh = s.fresh
		s.asks.Serve(s.standing)
	}
	if s.Kind == folder.Sandbox {
		o.Sandbox = &api.Sandbox{Move: s.move, Follow: s.catchUp}
	}
	s.http, err = achhttp.New(o)
	return err
}

// ready says why requests cannot be served well yet.
func (s *Server) ready() error {
	if s.asks != nil {
		if err := s.asks.Fresh(context.Background()); err != nil {
			return errors.New("the database is away")
		}
		if err := s.sharedKeys.missing(); err != nil {
			return err
		}
		if err := s.asks.Primary().ClockErr(); err != nil {
			return err
		}
	}
	if s.views.Position() < s.atStart {
		return fmt.Errorf("the views are at event %d of %d", s.views.Position(), s.atStart)
	}
	return nil
}

// run starts everything and waits for the end. The API stops first, so that
// requests under way can still use the other parts.
func (s *Server) run(ctx context.Context) error {
	inside, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	parts, inside := errgroup.WithContext(inside)
	serving, stopServing := context.WithCancel(ctx)
	defer stopServing()
	context.AfterFunc(inside, stopServing) // a part that fails stops the API too

	parts.Go(func() error { return s.views.Run(inside) })
	commands := s.commands()
	parts.Go(func() error { return s.followOthers(inside) })
	parts.Go(func() error { return s.updateWitness(inside) })
	parts.Go(func() error { return s.Leadership.RunAsLeader(inside, s.runTerm) })
	reachable := make(chan struct{})
	parts.Go(func() error {
		return control.Serve(inside, s.Folder, commands, func() { close(reachable) })
	})
	parts.Go(func() error { return s.watch(inside) })
	parts.Go(func() error {
		defer stop()
		return s.http.Serve(serving, s.listening.api)
	})
	if s.listening.admin != nil {
		parts.Go(func() error { return s.admin(inside, s.listening.admin) })
	}
	if s.certs != nil {
		parts.Go(func() error { return s.certs.Run(inside) })
	}
	go func() {
		select {
		case <-reachable:
			s.announce(serving)
		case <-serving.Done():
		}
	}()
	return parts.Wait()
}

// watch ends the process if the log had to be closed.
func (s *Server) watch(ctx context.Context) error {
	select {
	case <-s.Store.Failed():
		return eventstore.ErrFailed
	case <-ctx.Done():
		return nil
	}
}

// announce calls Ready when /readyz responds with 200. Commands can reach the
// server by then.
func (s *Server) announce(ctx context.Context) {
	for s.http.Serving() != nil {
		if !follow.Sleep(ctx, briefly) {
			return
		}
	}
	if s.options.Insecure {
		s.log.Warn("--insecure: whoever reaches these addresses can read secrets in transit", "listen", s.options.Listen)
	}
	r := Running{Base: s.base(), NATS: s.broker.url, FirstStart: s.FirstStart, Switch: s.Switch.State(), Unconfirmed: s.Switch.Unconfirmed() > 0, SignInLink: s.signInLink}
	if s.listening.admin != nil {
		r.Admin = base(s.listening.admin, false)
	}
	if s.options.Ready != nil {
		s.options.Ready(r)
	}
}

// briefly is how long a step that is to succeed any moment is waited for at a time.
const briefly = 20 * time.Millisecond

// close closes what prepare opened, in reverse order.
func (s *Server) close() error {
	var errs []error
	if s.broker != nil {
		s.broker.close()
	}
	if s.views != nil {
		errs = append(errs, s.views.Close())
	}
	return errors.Join(errs...)
}
