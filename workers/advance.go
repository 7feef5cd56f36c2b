package workers

import (
	"context"
	"errors"
	"time"
)

// Advance takes a sandbox to an instant by way of every instant between at
// which something falls due. So windows that a move of the clock passes over
// are cut in their order and at their own time, with the dates they would
// have had. Step moves the clock and does what is due then, Sweep above all.
// A step that fails does not keep the clock from going on; the first error
// comes back at the end.
func (b *Batcher) Advance(ctx context.Context, to time.Time, step func(ctx context.Context, at time.Time) error) error {
	var first error
	for {
		next, err := b.NextWake(ctx)
		last := err != nil || next.IsZero() || !next.Before(to)
		if last {
			next = to
		}
		if first == nil {
			first = err
		}
		if err := step(ctx, next); first == nil {
			first = err
		}
		if last || ctx.Err() != nil {
			return errors.Join(first, ctx.Err())
		}
	}
}
