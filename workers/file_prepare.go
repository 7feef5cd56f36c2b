package workers

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// fill is an append of entries that is prepared: decided and encoded.
type fill struct {
	entries int                // that were left to file, these included
	n       int                // of them, in this append
	traces  int64              // version of the traces that it follows
	taken   domain.TracesTaken // by these entries
	next    openFile           // after it
	appends []eventstore.Append
	took    time.Duration // to prepare it
}

// prepare prepares the append of entries[:n] to a file.
func (w *appender) prepare(ctx context.Context, file openFile, entries []entry, n int, traces int64, taken domain.TracesTaken) (*fill, error) {
	began := time.Now()
	next, changes, err := file.with(entries, n, traces, taken)
	if err != nil {
		return nil, err
	}
	appends, err := w.Ledger.Encode(ctx, changes...)
	return &fill{
		entries: len(entries), n: n, traces: traces, taken: taken, next: next, appends: appends, took: time.Since(began),
	}, err
}

// prepareAhead prepares the next append to a file while the one before it is
// committed, so that a processor has work while that waits for the disk. The file
// and the traces are as that append leaves them. Nil is received where nothing
// could be prepared, and while others write: then the processor is theirs.
func (w *appender) prepareAhead(ctx context.Context, file openFile, entries []entry, traces domain.Traces, now time.Time) <-chan *fill {
	ahead := make(chan *fill, 1)
	n := w.portion(len(entries))
	if n == 0 || w.before.others > 0 {
		close(ahead)
		return ahead
	}
	go func() {
		defer close(ahead)
		_, got, taken, err := traces.Take(n, eastern(now))
		if err != nil {
			return // appendOnce meets it too
		}
		if f, err := w.prepare(ctx, file, entries, got, traces.Version, taken); err == nil {
			ahead <- f
		}
	}()
	return ahead
}

// prepared returns the append of entries[:n]: the one that was prepared ahead, if
// it is still the one to make, which is also checked by the log. It is not after
// entries dropped out, or others took trace numbers, or on another day.
func (w *appender) prepared(ctx context.Context, entries []entry, n int, traces int64, taken domain.TracesTaken) (*fill, error) {
	f := w.ahead
	w.ahead = nil
	if f != nil && f.entries == len(entries) && f.n == n && f.traces == traces && f.taken == taken {
		return f, nil
	}
	return w.prepare(ctx, w.openFile, entries, n, traces, taken)
}

// withCut adds the events that cut the file to the append.
func (w *appender) withCut(ctx context.Context, f *fill, now time.Time, m *domain.Modifiers) error {
	cut, err := f.next.close(now, m)
	if err != nil {
		return err
	}
	appends, err := w.Ledger.Encode(ctx, append(cut, w.beside...)...)
	f.appends = append(f.appends, appends...)
	return err
}

// commit makes a prepared append durable, and says how long that took.
func (w *appender) commit(ctx context.Context, step string, f *fill) (r eventstore.Result, took time.Duration, err error) {
	began := time.Now()
	r, err = w.whileOn(ctx, step, func(ctx context.Context) (eventstore.Result, error) { return w.Ledger.Append(ctx, f.appends) })
	return r, time.Since(began), err
}
