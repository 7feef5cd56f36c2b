package api

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/people"
	"github.com/achledger/achledger/eventstore/people/openid"
	"github.com/achledger/achledger/projections"
)

// Sandbox holds what only a sandbox server can do.
type Sandbox struct {
	// Move moves the clock to an instant, stopping at every instant in between at
	// which something is due, and does what is due, so that the caller sees its
	// effects on return. With anyTime the clock may go back; that is for a ledger
	// in which nothing can be due.
	Move func(ctx context.Context, to time.Time, anyTime bool) error
	// Follow makes this node's clock show what another node moved it to; nil with
	// one node.
	Follow func(ctx context.Context) error
}

// Options are the parts of a Server. Ledger, Tokens, Webhooks, Views and
// Directory are required; everything else has a default.
type Options struct {
	Ledger    *ledger.Ledger
	Tokens    eventstore.Tokens
	Webhooks  eventstore.Webhooks
	Views     *projections.Views
	Directory *projections.Directory

	Logins  *ledger.Logins       // checks keys and secrets; one of its own by default
	Log     *slog.Logger         // access log and faults; nothing by default
	Metrics *prometheus.Registry // served at /metrics; a registry of its own by default
	Now     func() time.Time     // machine time, for tokens and limits; time.Now by default

	Files   Files            // works on files; see Files
	Inbound Inbound          // takes in files of the bank; see Inbound
	Guard   Guard            // holds entries; see Guard
	Acts    Acts             // carries out approved requests; see Acts
	Plaid   Plaid            // resolves processor tokens; by default refuses all
	Sandbox *Sandbox         // set for a sandbox server only
	Revoked func(key string) // told when a credential was revoked; nil: nobody

	// SignIns lets operators sign in to the console; nil: there is no console.
	SignIns *people.SignIns
	// OpenID is a provider that says who operators are; nil: none.
	OpenID *openid.Provider

	// Traced makes each request a span; the process must have a tracer provider.
	Traced bool

	// Fresh reports why this process cannot know whether a credential is still
	// valid, as when the database is unreachable; nil func: never.
	Fresh func(ctx context.Context) error

	// Ready reports why the process cannot serve yet, for /readyz.
	Ready func() error

	// Proxies are the addresses of proxies before this server: from these, and
	// from nobody else, X-Forwarded-For says where a request comes from.
	Proxies []netip.Prefix

	// CheckKeys reports key files of a bank's PGP settings that cannot be used, by
	// the field that names them, and warns of others; nil: no check.
	CheckKeys func(*domain.PGP) (faults []domain.FieldError, warnings []string)

	// NoOutbox says that there is no outbox, so that no ODFI may be set up to
	// deliver there.
	NoOutbox bool

	// RequestsPerSecond limits each client, with bursts of twice as many; zero: no
	// limit.
	RequestsPerSecond float64

	// Nodes are the nodes that serve the ledger, among which such limits are
	// divided; this one alone by default.
	Nodes ledger.Nodes

	// TempDir holds bulk results that a caller does not read as fast as they
	// come. It is this server's own, and swept when the server is made; the
	// system's by default, which is not.
	TempDir string
}

func (o *Options) setDefaults() {
	if o.Log == nil {
		o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	if o.Metrics == nil {
		o.Metrics = prometheus.NewRegistry()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Logins == nil && o.Directory != nil {
		o.Logins = ledger.NewLogins(o.Directory, o.Now, o.Log, nil)
	}
	if o.Plaid == nil {
		o.Plaid = NoPlaid{}
	}
	if o.Fresh == nil {
		o.Fresh = func(context.Context) error { return nil }
	}
	if o.Ready == nil {
		o.Ready = func() error { return nil }
	}
}

// Validate reports what is missing.
func (o *Options) Validate() error {
	switch {
	case o.Ledger == nil:
		return errors.New("http: no ledger")
	case o.Tokens == nil:
		return errors.New("http: no token store")
	case o.Webhooks == nil:
		return errors.New("http: nothing keeps how far webhooks were told")
	case o.Views == nil:
		return errors.New("http: no views")
	case o.Files == nil:
		return errors.New("http: nobody does what is to be done with files")
	case o.Directory == nil:
		return errors.New("http: no directory of clients and credentials")
	}
	return nil
}
