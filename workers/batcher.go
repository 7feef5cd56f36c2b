package workers

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// BatcherConfig is what a Batcher needs.
type BatcherConfig struct {
	Files    *Files
	Views    Views
	Clients  Directory
	Delivery *Delivery
	Uploads  *Uploads
	Log      *slog.Logger

	// Every is how often a sweep looks at everything, a second by default;
	// Pace is the least time between two looks that the log's hints ask for,
	// 25 ms by default.
	Every, Pace time.Duration
}

// Batcher cuts files when a client's thresholds are met.
type Batcher struct {
	BatcherConfig
	mu      sync.Mutex    // one pass at a time
	cutSome chan struct{} // wakes the delivery
}

// NewBatcher checks the configuration.
func NewBatcher(c BatcherConfig) (*Batcher, error) {
	if c.Files == nil || c.Views == nil || c.Clients == nil || c.Delivery == nil || c.Uploads == nil {
		return nil, errors.New("a batcher needs files, views, clients, a delivery and uploads")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Every <= 0 {
		c.Every = time.Second
	}
	if c.Pace <= 0 {
		c.Pace = 25 * time.Millisecond
	}
	return &Batcher{BatcherConfig: c, cutSome: make(chan struct{}, 1)}, nil
}

// Run cuts and delivers until ctx ends. It looks when the log says that
// something happened, when the next window, age or due time comes, and at an
// interval in any case. A pass that failed is repeated at the next one; the
// log refuses a second cut, so no entry leaves twice. When the outcome of a
// write is unknown Run ends with eventstore.ErrUnknownOutcome.
func (b *Batcher) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	delivering := make(chan struct{})
	go func() {
		defer close(delivering)
		b.deliver(ctx)
	}()
	err := b.look(ctx)
	stop()
	<-delivering
	return err
}

// look repeats passes over the queues.
func (b *Batcher) look(ctx context.Context) error {
	hints, stop := b.Files.Ledger.Store.Notify()
	defer stop()
	for swept := (time.Time{}); ; {
		var resumed error
		if time.Since(swept) >= b.Every {
			swept = time.Now()
			resumed = b.resume(ctx)
		}
		if err := errors.Join(resumed, b.cutDue(ctx)); err != nil && ctx.Err() == nil {
			b.Log.Error("a pass of the batcher failed", "err", err)
		}
		select {
		case <-b.Files.Ledger.Store.Failed():
			return eventstore.ErrUnknownOutcome
		default:
		}
		if !b.rest(ctx, hints, b.Every-time.Since(swept)) {
			return nil
		}
	}
}

// rest waits for the next look: at least Pace, at most until the next sweep.
// It is false when ctx ends.
func (b *Batcher) rest(ctx context.Context, hints <-chan struct{}, most time.Duration) bool {
	if wake, err := b.NextWake(ctx); err == nil && !wake.IsZero() {
		most = min(most, wake.Sub(b.Files.Ledger.Now()))
	}
	pace := time.NewTimer(b.Pace)
	defer pace.Stop()
	select {
	case <-pace.C:
	case <-ctx.Done():
		return false
	}
	sweep := time.NewTimer(most - b.Pace)
	defer sweep.Stop()
	select {
	case <-hints:
	case <-sweep.C:
	case <-b.Files.Ledger.Store.Failed(): // the next pass says so
	case <-ctx.Done():
		return false
	}
	return true
}

// deliver repeats sweeps of the delivery: at an interval, and as soon as
// something was cut. A large file on its way holds up no cut.
func (b *Batcher) deliver(ctx context.Context) {
	tick := time.NewTicker(b.Every)
	defer tick.Stop()
	for {
		if err := b.Delivery.Sweep(ctx); err != nil && ctx.Err() == nil {
			b.Log.Error("a sweep of the delivery failed", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-b.cutSome:
		case <-tick.C:
		}
	}
}

// Sweep does at the present business time all there is to do: it goes on with
// files that a crash left open, cuts what is due, windows that passed since
// the last sweep included, and delivers. What fails for one file or client
// does not stop the rest; the errors come back together.
func (b *Batcher) Sweep(ctx context.Context) error {
	return errors.Join(b.resume(ctx), b.cutDue(ctx), b.Delivery.Sweep(ctx))
}
