package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/projections"
)

// BatcherConfig is what a Batcher needs.
type BatcherConfig struct {
	Files    *Files
	Views    Views
	Clients  Directory
	Delivery *Delivery
	Uploads  *Uploads
	Guard    Guard
	Log      *slog.Logger
	// Settle, if set, is called before anything is cut. It directs waiting
	// entries to the account that a notification of change corrected, or back
	// to the old one if that notification was refused.
	Settle func(context.Context) error

	// Every is the time between two sweeps over everything, a second by
	// default. Pace is the least time between two passes that follow hints of
	// the log, 100 ms by default: each makes the views catch up.
	Every, Pace time.Duration
}

// Guard judges waiting entries before they are cut. Package guard implements
// it.
type Guard interface {
	// Judge judges the entries that the views show and that were not judged
	// yet, and reports how many it stopped.
	Judge(ctx context.Context) (stopped int, err error)
	// Cut judges entries that are about to be cut at an instant, and returns
	// those that may be.
	Cut(ctx context.Context, now time.Time, page []projections.QueuedItem) ([]projections.QueuedItem, error)
	// Forget drops what is kept in memory: another process may have cut
	// meanwhile.
	Forget()
}

// Batcher cuts files when a client's thresholds are met.
type Batcher struct {
	BatcherConfig
	pass  sync.Mutex // one at a time
	turns []*turn

	lapsed atomic.Int64 // answers that were rejected because their deadline had passed
}

// NewBatcher checks the configuration.
func NewBatcher(c BatcherConfig) (*Batcher, error) {
	if c.Files == nil || c.Views == nil || c.Clients == nil || c.Delivery == nil || c.Uploads == nil || c.Guard == nil {
		return nil, errors.New("a batcher needs files, views, clients, a delivery, uploads and a guard")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Every <= 0 {
		c.Every = time.Second
	}
	if c.Pace <= 0 {
		c.Pace = 100 * time.Millisecond
	}
	return &Batcher{BatcherConfig: c}, nil
}

// Run cuts and delivers until ctx ends. It makes a pass when something is
// appended to the log, when the next window, age or due time comes, and at the
// interval Every in any case. A failed pass is repeated at the next one. The
// log refuses a second cut, so no entry leaves twice, even if the outcome of a
// write is unknown. When the log cannot be written any more, Run ends with
// eventstore.ErrFailed.
func (b *Batcher) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	b.forget()
	delivering := make(chan struct{})
	go func() {
		defer close(delivering)
		b.Delivery.Run(ctx, b.Every)
	}()
	err := b.look(ctx)
	stop()
	<-delivering
	return err
}

// forget drops what is kept in memory about the log: another process may have
// led meanwhile.
func (b *Batcher) forget() {
	b.pass.Lock()
	defer b.pass.Unlock()
	b.turns = nil
	b.Guard.Forget()
}

// look makes passes over the queues. Under load it does not wait for the views:
// an item that falls due meanwhile is cut a moment later, and a sweep uses what
// they show in any case.
func (b *Batcher) look(ctx context.Context) error {
	hints, stop := b.Files.Ledger.Store.Notify()
	defer stop()
	for swept, more := (time.Time{}), false; ; {
		current, err := b.Views.CatchUpIfQuiet(ctx)
		sweep := time.Since(swept) >= b.Every
		if sweep {
			swept = time.Now()
			err = errors.Join(err, b.resume(ctx))
		}
		if sweep || current || more {
			err = errors.Join(err, b.cutDue(ctx))
			more = b.moreTurns()
		}
		if err != nil && ctx.Err() == nil {
			b.Log.Error("a pass of the batcher failed", "err", err)
		}
		select {
		case <-b.Files.Ledger.Store.Failed():
			return eventstore.ErrFailed
		case <-time.After(b.Pace):
		case <-ctx.Done():
			return nil
		}
		if current && !more && !b.sleep(ctx, hints, b.Every-time.Since(swept)) {
			return nil
		}
	}
}

// sleep waits for the next pass, at most until the next sweep. It returns false
// when ctx ends.
func (b *Batcher) sleep(ctx context.Context, hints <-chan struct{}, most time.Duration) bool {
	if wake, err := b.NextWake(ctx); err == nil && !wake.IsZero() {
		most = min(most, wake.Sub(b.Files.Ledger.Now()))
	}
	sweep := time.NewTimer(most)
	defer sweep.Stop()
	select {
	case <-hints:
	case <-sweep.C:
	case <-b.Files.Ledger.Store.Failed(): // the next pass reports it
	case <-ctx.Done():
		return false
	}
	return true
}

// Sweep does everything that is due at the present business time: it completes
// files that a crash left open, cuts what is due, including windows that passed
// since the last sweep, and delivers. A failure of one file or client does not
// stop the rest; the errors are joined.
func (b *Batcher) Sweep(ctx context.Context) error {
	var errs []error
	for _, step := range []func(context.Context) error{b.resume, b.cutAll, b.Delivery.Sweep} {
		if err := b.Views.CatchUp(ctx); err != nil {
			return errors.Join(append(errs, fmt.Errorf("wait for the views: %w", err))...)
		}
		errs = append(errs, step(ctx))
	}
	return errors.Join(errs...)
}
