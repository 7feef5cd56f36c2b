package api

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Kit is the base of every surface; package http makes one and passes it to
// each.
type Kit struct {
	Options
	Echo       *echo.Echo
	Closing    chan struct{} // closed when the server begins to stop
	LastUsed   lastUses      // of credentials
	TokenCache *tokenCache

	// Connections are those to the API, for the server to report to.
	Connections *Connections

	// BodyLimits are the limits of POSTs to paths that take more or less than an
	// ordinary body, in bytes; zero is no limit.
	BodyLimits map[string]int64
	// Filters returns what a query may have.
	Filters func() (Filters, error)
	// Renderers write problems below a path in another shape than
	// application/problem+json.
	Renderers map[string]func(echo.Context, *Problem) error

	metrics    metrics
	streams    []string // paths of GETs that have no HEAD
	rates      rates    // of a client's requests
	tokenRates rates    // of a credential's tokens
	audits     audits
	refusals   *refusals // of operations' requests
	bodies     *bodies
	exports    *Places
	longBodies *Places
	// longAnswers and downloads bound what is in memory until its caller has read it.
	longAnswers *Places
	downloads   *Places
	purged      atomic.Int64 // when expired tokens were last forgotten, unix seconds
}

// New makes a kit. It returns an error when an option is missing.
func New(o Options) (*Kit, error) {
	o.setDefaults()
	if err := o.Validate(); err != nil {
		return nil, err
	}
	k := &Kit{
		Options:     o,
		Echo:        echo.New(),
		Closing:     make(chan struct{}),
		TokenCache:  newTokenCache(),
		BodyLimits:  map[string]int64{},
		Renderers:   map[string]func(echo.Context, *Problem) error{},
		rates:       newRates(rate.Limit(o.RequestsPerSecond), max(1, int(2*o.RequestsPerSecond)), o.Now, o.Nodes),
		tokenRates:  newRates(rate.Every(tokenEvery), tokensAtOnce, o.Now, o.Nodes),
		bodies:      newBodies(),
		exports:     NewPlaces(exportsAtOnce, "exports"),
		longBodies:  NewPlaces(longBodiesAtOnce, "long bodies"),
		longAnswers: NewPlaces(longAnswersAtOnce, "long answers"),
		downloads:   NewPlaces(downloadsAtOnce, "downloads of large files"),
		refusals:    newRefusals(o.Now),
	}
	var err error
	if k.metrics, err = newMetrics(k.Metrics); err != nil {
		return nil, fmt.Errorf("http: %w", err)
	}
	k.Connections = &Connections{isProxy: k.isProxy}
	k.Echo.HTTPErrorHandler = k.fail
	k.Echo.JSONSerializer = &serializer{Kit: k}
	k.Echo.Pre(k.observe, k.limitBody, k.answerHead)
	return k, nil
}

// LedgerNow is the ledger with the clock fixed at this moment.
func (s *Kit) LedgerNow() *ledger.Ledger { return s.Ledger.Present() }

// ClientSettings reads a client from the log.
func (s *Kit) ClientSettings(ctx context.Context, id string) (domain.Client, error) {
	client, err := s.Directory.Client(ctx, id)
	if err == nil && client.Version == 0 {
		err = domain.Refuse(domain.NotFound, "there is no client %s", id)
	}
	return client, err
}
