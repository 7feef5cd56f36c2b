package workers

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
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
	mu sync.Mutex // one pass at a time
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
	return &Batcher{BatcherConfig: c}, nil
}

// Run cuts and delivers until ctx ends. It looks when the log says that
// something happened, when the next window, age or due time comes, and at an
// interval in any case. A pass that failed is repeated at the next one; the
// log refuses a second cut, so no entry leaves twice. A log that is closed
// for writing ends Run with its error.
func (b *Batcher) Run(ctx context.Context) error {
	hints, stop := b.Files.Ledger.Store.Notify()
	defer stop()
	for swept := (time.Time{}); ; {
		look := b.cutDue
		if time.Since(swept) >= b.Every {
			look, swept = b.Sweep, time.Now()
		}
		switch err := look(ctx); {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, eventstore.ErrUnknownOutcome) || errors.Is(err, eventstore.ErrClosed):
			return err
		case err != nil:
			b.Log.Error("a pass of the batcher failed", "err", err)
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
	case <-ctx.Done():
		return false
	}
	return true
}

// Sweep does at the present business time all there is to do: it goes on with
// files that a crash left open, cuts what is due, windows that passed since
// the last sweep included, and delivers. What fails for one file or client
// does not stop the rest; the errors come back together.
func (b *Batcher) Sweep(ctx context.Context) error {
	ctx = ledger.WithRequest(ctx, "", "batcher")
	return errors.Join(b.resume(ctx), b.cutDue(ctx), b.Delivery.Sweep(ctx))
}
