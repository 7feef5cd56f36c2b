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

// Views is what the guard asks the views.
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

// Guard judges what waits. One process cuts, and it has one guard.
type Guard struct {
	Config

	mu     sync.Mutex
	owners []projections.Guarded // whose rules the book has
	book   *guard.Book           // nil: it is to be made
	at     int64                 // log position up to which it counts

	clients   map[string]bool // with rules of their own
	everybody bool            // a bank has rules: clients without may be concerned

	terms map[string]*calendar.Terms // of our banks, by which the book has entries settle

	watches   bool          // some of the rules look at return rates
	watchedOn calendar.Date // the day on which the rates of all were looked at

	moved   map[string]calendar.Date // what a cut gave another day, by item, until it is filed
	stopped map[string]bool          // items that the guard stopped, until the log is read up to that

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

// Forget drops what is remembered: another process may have cut meanwhile.
func (g *Guard) Forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.forget()
	g.redated = redated{}
}

func (g *Guard) forget() { g.owners, g.book, g.at, g.moved, g.stopped = nil, nil, 0, nil, nil }

// Judge judges what the views show and was not judged, and reports how many
// it stopped. After an error the next call starts over.
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

// Exposure says what is used of limits on each day from one on, by what the
// views show; that is judged first.
func (g *Guard) Exposure(ctx context.Context, from calendar.Date) ([]guard.Line, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, err := g.judge(ctx); err != nil || g.book == nil {
		return nil, err
	}
	return g.book.Lines(from), nil
}

// mostLapses bounds how many held entries one pass rejects.
const mostLapses = 1000

// lapse rejects what nobody approved before its last window and may not stay.
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
		if g.book == nil || !slices.Equal(shown.Owners(), g.owners) || shown.Position() < g.at {
			if err := p.load(shown); err != nil {
				return err
			}
		}
		return p.daily(shown)
	})
	if err == nil && g.book != nil {
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
