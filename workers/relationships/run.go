package relationships

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers/accounts"
)

// Views is what the worker reads from the views.
type Views interface {
	CatchUpIfQuiet(ctx context.Context) (current bool, err error)
	OpenRelationships(ctx context.Context, status domain.RelationshipStatus, after int64, limit int) ([]projections.OpenRelationship, error)
}

// Config is what a Worker needs.
type Config struct {
	Ledger *ledger.Ledger
	Views  Views
	// Accounts corrects accounts first, so that a verification that continues
	// after a notification of change uses the corrected account.
	Accounts *accounts.Corrections
	Log      *slog.Logger // discards by default

	// Every is the interval between sweeps, 5 s by default. Pace is the
	// shortest interval between passes that hints of the log cause, 100 ms by
	// default; such a pass does only what was linked, corrected or refused just
	// now.
	Every, Pace time.Duration
}

// Worker advances relationships.
type Worker struct{ Config }

// New checks the configuration.
func New(c Config) (*Worker, error) {
	if c.Ledger == nil || c.Views == nil || c.Accounts == nil {
		return nil, errors.New("a worker for relationships needs a ledger, views and corrections")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Every <= 0 {
		c.Every = 5 * time.Second
	}
	if c.Pace <= 0 {
		c.Pace = 100 * time.Millisecond
	}
	return &Worker{c}, nil
}

// Run corrects accounts and advances relationships until ctx ends: after hints
// of the log, and at an interval in any case. A pass that failed is repeated,
// and what was done before is not done again. A log that is closed for writing
// ends Run with its error.
func (w *Worker) Run(ctx context.Context) error {
	hints, stop := w.Ledger.Store.Notify()
	defer stop()
	tick := time.NewTicker(w.Every)
	defer tick.Stop()
	err := w.Sweep(ctx)
	for again := (<-chan time.Time)(nil); ; {
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, eventstore.ErrFailed) || errors.Is(err, eventstore.ErrClosed):
			return err
		case err != nil:
			w.Log.Error("a pass over the relationships failed", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(w.Pace):
		}
		select {
		case <-ctx.Done():
			return nil
		case <-hints:
			again, err = w.look(ctx)
		case <-again:
			again, err = w.look(ctx)
		case <-tick.C:
			err = w.Sweep(ctx)
		}
	}
}

// look makes a pass over what was linked, corrected or refused just now. Under
// load it does nothing, to leave the views alone, and returns when to try
// again.
func (w *Worker) look(ctx context.Context) (again <-chan time.Time, err error) {
	switch current, err := w.Views.CatchUpIfQuiet(ctx); {
	case err != nil:
		return nil, err
	case !current:
		return time.After(w.Pace), nil
	}
	return nil, errors.Join(w.Accounts.Pass(ctx), w.over(ctx, domain.RelationshipQueued), w.over(ctx, projections.Refused))
}

// Sweep does everything that the views show, at the current business time. A
// relationship that fails does not stop the others; their errors are joined.
func (w *Worker) Sweep(ctx context.Context) error {
	return errors.Join(w.Accounts.Sweep(ctx), w.over(ctx, ""))
}
