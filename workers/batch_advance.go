package workers

import (
	"context"
	"errors"
	"time"
)

// maxFailures is how many steps in a row may fail before Advance looks at no
// more windows: ten banking days of the default ones. Without a bound, one
// entry that cannot be cut would fail at every window of ten years.
const maxFailures = 40

// Advance takes a sandbox from the present to an instant, stopping at every
// instant in between at which something falls due. So the windows that are
// passed over are cut in their order and at their own time, with the dates they
// would have had. What is due at the present is done first.
//
// Step sets the clock to an instant and does what is due then, Sweep above
// all. A failed step does not stop the clock; after maxFailures in a row it
// jumps straight to the end. Advance returns the first error when the clock
// has arrived. When ctx ends, Advance ends and the clock stays where it is.
func (b *Batcher) Advance(ctx context.Context, to time.Time, step func(ctx context.Context, at time.Time) error) error {
	var first error
	failed := 0
	for at := b.Files.Ledger.Now(); ; {
		err := step(ctx, at)
		if failed++; err == nil {
			failed = 0
		}
		if first == nil {
			first = err
		}
		if !at.Before(to) || ctx.Err() != nil {
			return errors.Join(first, ctx.Err())
		}
		// Counted from at, not from the clock, which moved on during the step:
		// something may have fallen due meanwhile.
		next, err := b.nextStep(ctx, at)
		if err != nil || next.IsZero() || next.After(to) || failed == maxFailures {
			next = to
		}
		if first == nil {
			first = err
		}
		at = next
	}
}

// nextStep is the next instant at which something in the log falls due.
func (b *Batcher) nextStep(ctx context.Context, after time.Time) (time.Time, error) {
	if err := b.Views.CatchUp(ctx); err != nil {
		return time.Time{}, err
	}
	return b.wakeAfter(ctx, after)
}
