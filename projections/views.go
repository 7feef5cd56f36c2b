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

// Options are the options of Open; the zero value is valid.
type Options struct {
	// Now is the machine's clock; time.Now by default. It is used for log lines
	// only: the views depend on the events alone.
	Now func() time.Time
	Log *slog.Logger // slog.Default by default

	// ReadOnly opens the views beside a running server. They follow the log
	// only as far as the server projects it. A missing file is ErrNoViews.
	ReadOnly bool

	// BatchSize is the most events of one transaction; 1,000 by default.
	BatchSize int

	// Every is the longest interval between two passes of Run; 250 ms by
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

// Views answers queries from views.db and, with Run, keeps it up to date with
// the log. It is safe for concurrent use.
type Views struct {
	path    string
	store   eventstore.Store
	options Options

	database  atomic.Pointer[database]
	running   atomic.Bool  // Run follows the log
	perSecond atomic.Int64 // speed of the last pass that was long enough to measure
	waiters   atomic.Int64 // number of callers that wait for a position
	damaged   atomic.Bool  // a read found the file damaged: the next pass replaces it
	closed    atomic.Bool
	scans     chan struct{} // one token for each call that reads much of the log
	pass      sync.Mutex    // held during a pass
	projector *projector    // used by passes; nil: read the checkpoint first
	folded    foldedFiles   // used by passes
	corrected correctedAccounts

	position atomic.Int64
	shown    atomic.Int64 // newest position ever published; it does not go back while the views are rebuilt
	mu       sync.Mutex   // guards the following fields
	moved    chan struct{}
	urgent   chan struct{} // signals that a caller waits
}

// Position is the newest position that the views show. Beside a running server
// it is the position at the last read.
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

// Close waits for running reads and closes the file. Run must have ended.
func (v *Views) Close() error {
	v.closed.Store(true)
	v.pass.Lock()
	defer v.pass.Unlock()
	return v.database.Load().close()
}

// read runs f in one read transaction, at a position that is not before the
// newest one ever shown. While a damaged file is replaced the views are
// incomplete, and a query must not report an entry as missing. It waits at most
// 2 s, and then returns ErrBehind.
func (v *Views) read(ctx context.Context, f func(snapshot) error) error {
	if v.options.ReadOnly { // another process writes them, and may start over
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
		v.wakeRun()
		select {
		case <-moved:
		case <-timed.Done():
			return fmt.Errorf("position %d, which was shown before: %w", least, context.Cause(timed))
		}
	}
}

// readOnce runs f on the views at their present position. If the file turns out
// to be damaged, the next pass replaces it.
func (v *Views) readOnce(ctx context.Context, f func(snapshot) error) error {
	d := v.database.Load()
	err := d.read(ctx, f)
	if err == errClosed && !v.closed.Load() {
		return fmt.Errorf("the views are being rebuilt: %w", ErrBehind)
	}
	if isDamage(err) {
		v.damaged.Store(true)
	}
	return err
}
