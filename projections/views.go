package projections

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// Options are the choices of Open; the zero value serves.
type Options struct {
	// Now is the machine's clock; time.Now by default. Only the operators' log
	// shows its time: what is in a view comes from the events.
	Now func() time.Time
	Log *slog.Logger // slog.Default by default

	// ReadOnly opens the views beside a running server: they follow the log
	// as far as the server takes them, and a missing file is ErrNoViews.
	ReadOnly bool

	// BatchSize is the most events of one transaction; 1,000 by default.
	BatchSize int

	// Every is how long Run sleeps at most when no hint wakes it; 250 ms by
	// default.
	Every time.Duration
}

func (o *Options) setDefaults() {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.BatchSize <= 0 {
		o.BatchSize = 1000
	}
	if o.Every <= 0 {
		o.Every = 250 * time.Millisecond
	}
}

// Views answers questions from views.db and, with Run, keeps it up to the
// log. It is safe for use by several goroutines.
type Views struct {
	path    string
	store   eventstore.Store
	options Options

	database  atomic.Pointer[database]
	running   atomic.Bool  // Run follows the log
	perSecond atomic.Int64 // events, of the last pass that was long enough to tell
	waiters   atomic.Int64 // how many wait for a position
	damaged   atomic.Bool  // a read found the file damaged: the next pass replaces it
	closed    atomic.Bool
	scans     chan struct{} // a place for each call that looks at much of the log
	pass      sync.Mutex    // held by the one pass under way
	projector *projector    // of the pass; nil: read the checkpoint first
	folded    foldedFiles   // of the pass
	corrected correctedAccounts

	position atomic.Int64
	shown    atomic.Int64 // newest position ever published; the views are rebuilt behind it
	mu       sync.Mutex   // of what follows
	moved    chan struct{}
	urgent   chan struct{} // somebody waits
}

// Position is the newest position that the views show. Beside a running
// server it is the one they showed when they were read last.
func (v *Views) Position() int64 { return v.position.Load() }

// reached publishes a position, after its commit.
func (v *Views) reached(position int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.position.Store(position)
	v.shown.Store(max(v.shown.Load(), position))
	close(v.moved)
	v.moved = make(chan struct{})
}

// Close waits for reads under way and closes the file. Run must have ended.
func (v *Views) Close() error {
	v.closed.Store(true)
	v.pass.Lock()
	defer v.pass.Unlock()
	return v.database.Load().close()
}

// read runs f in one read transaction, which is never older than what the
// views have shown: while a damaged file is replaced they are empty, or half
// full, and whoever asks where an entry is must not hear that it is nowhere.
// It waits for them at most 2 s and gives up with ErrBehind.
func (v *Views) read(ctx context.Context, f func(snapshot) error) error {
	if v.options.ReadOnly { // another process makes them, and may start over
		return v.readOnce(ctx, f)
	}
	var timed context.Context
	for {
		moved, least, older := v.next(), v.shown.Load(), false
		err := v.readOnce(ctx, func(s snapshot) error {
			if older = s.position < least; older {
				return nil
			}
			return f(s)
		})
		if err != nil || !older {
			return err
		}
		if timed == nil {
			var cancel context.CancelFunc
			timed, cancel = context.WithTimeoutCause(ctx, longest, ErrBehind)
			defer cancel()
			v.waiters.Add(1)
			defer v.waiters.Add(-1)
		}
		v.hurry()
		select {
		case <-moved:
		case <-timed.Done():
			return fmt.Errorf("position %d, which was shown before: %w", least, context.Cause(timed))
		}
	}
}

// readOnce runs f on the views as they stand. A file that turns out to be
// damaged is noted for the next pass, which replaces it.
func (v *Views) readOnce(ctx context.Context, f func(snapshot) error) error {
	d := v.database.Load()
	err := d.read(ctx, f)
	if err == errClosed && !v.closed.Load() {
		return fmt.Errorf("the views are being made anew: %w", ErrBehind)
	}
	if isDamage(err) {
		v.damaged.Store(true)
	}
	return err
}
