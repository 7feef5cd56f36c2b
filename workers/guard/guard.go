package guard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// Config is what a Guard needs.
type Config struct {
	Ledger  *ledger.Ledger
	Views   Views
	Clients Directory
	Log     *slog.Logger
}

// Views are the views that the guard reads.
type Views interface {
	CatchUp(ctx context.Context) error
	Guarding(ctx context.Context, f func(*projections.Guarding) error) error
	ReturnedDebits(ctx context.Context, client string, w guard.Window) ([]guard.ReturnedDebit, error)
	DebitBatches(ctx context.Context, client string, w guard.Window) ([]guard.DebitBatch, error)
	LapsedHolds(ctx context.Context, now time.Time, limit int) ([]projections.Held, error)
}

// Directory knows the clients.
type Directory interface {
	Client(ctx context.Context, id string) (domain.Client, error)
}

// Guard judges waiting entries. Only one process cuts files, and it has one
// Guard.
type Guard struct {
	Config

	mu        sync.Mutex
	owners    []projections.Guarded // the clients and banks whose rules are in the evaluator
	evaluator *guard.Evaluator      // nil: it has to be loaded
	at        int64                 // log position up to which the evaluator counts
	origins   calendar.Date         // first banking day of origination that it counts whole; zero: no limit asks

	clients   map[string]bool // those with rules of their own
	everybody bool            // a bank has rules, which may concern clients without any

	terms map[string]*calendar.Terms // of our banks, by which the evaluator has entries settle

	watches   bool          // some of the rules look at return rates
	watchedOn calendar.Date // the day on which the rates of all were looked at

	moved   map[string]calendar.Date // settlement day that a cut gave to an item, until it is filed
	stopped map[string]bool          // items with a verdict against them, until their hold is read in the log

	warned  warned
	redated redated
}

// New checks the configuration.
func New(c Config) (*Guard, error) {
	if c.Ledger == nil || c.Views == nil || c.Clients == nil {
		return nil, errors.New("a guard needs a ledger, views and clients")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Guard{Config: c}, nil
}

// Forget drops the evaluator and the files that were dated again: another process
// may have cut meanwhile.
func (g *Guard) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget()
	g.redated = redated{}
}

func (g *Guard) forget() { g.owners, g.evaluator, g.at, g.moved, g.stopped = nil, nil, 0, nil, nil }

// Judge judges the entries that the views show and that were not judged yet. It
// reports how many it stopped. After an error the next call loads the evaluator
// again.
func (g *Guard) Judge(ctx context.Context) (stopped int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	lapsed, err := g.lapse(ctx)
	if err != nil {
		return lapsed, err
	}
	stopped, err = g.judge(ctx)
	return lapsed + stopped, err
}

// Exposure lists how much of each limit is used, on each day from a given one
// on. Everything that the views show is judged first.
func (g *Guard) Exposure(ctx context.Context, from calendar.Date) ([]guard.Line, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, err := g.judge(ctx); err != nil || g.evaluator == nil {
		return nil, err
	}
	return g.evaluator.Lines(from), nil
}

// mostLapses bounds how many held entries one pass rejects.
const mostLapses = 1000

// lapse rejects held entries that nobody approved before their last window and
// whose rule does not let them stay held.
func (g *Guard) lapse(ctx context.Context) (lapsed int, err error) {
	ctx, now := ledger.WithWorker(ctx, "guard"), g.Ledger.Now()
	list, err := g.Views.LapsedHolds(ctx, now, mostLapses)
	if err != nil {
		return 0, fmt.Errorf("read which held entries have lapsed: %w", err)
	}
	var errs []error
	for _, h := range list {
		_, err := ledger.Execute(ctx, g.Ledger, ledger.TransactionStream(h.Client, h.TransactionID), domain.Lapse{ItemID: h.ItemID, Now: now}.Decide)
		if err == nil {
			g.Log.Warn("a held entry was rejected after its last window", "client", h.Client, "transaction", h.TransactionID, "event", h.ItemID, "rule", h.Rule)
			lapsed++
		}
		errs = append(errs, err)
	}
	return lapsed, errors.Join(errs...)
}

func (g *Guard) judge(ctx context.Context) (stopped int, err error) {
	ctx = ledger.WithWorker(ctx, "guard")
	p := pass{Guard: g, ctx: ctx}
	var to int64
	err = g.Views.Guarding(ctx, func(shown *projections.Guarding) error {
		to = shown.Position()
		if len(shown.Owners()) == 0 {
			g.forget()
			g.redated = redated{}
			return nil
		}
		if g.evaluator == nil || !slices.Equal(shown.Owners(), g.owners) || shown.Position() < g.at {
			if err := p.load(shown); err != nil {
				return err
			}
		}
		return p.daily(shown)
	})
	if err == nil && g.evaluator != nil {
		err = p.follow(to)
	}
	if err == nil {
		err = p.watched()
	}
	if err == nil {
		err = p.carryOut()
	}
	if err != nil {
		g.forget()
		return p.stops, fmt.Errorf("judge what waits: %w", err)
	}
	return p.stops, nil
}
