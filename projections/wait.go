package projections

import (
	"context"
	"fmt"
	"time"
)

// longest is how long a list waits for the views, and how long any caller waits
// while they make no progress.
const longest = 2 * time.Second

// WaitFor waits until the views show everything that was written for a client
// before the call, so that a caller's list contains the caller's own writes.
// Without a client it waits for the writes of all. After 2 s it returns
// ErrBehind.
func (v *Views) WaitFor(ctx context.Context, client string) error {
	return v.waitFor(ctx, client, false)
}

// WaitWhileMoving is WaitFor for rare queries over everything: it returns
// ErrBehind only when the views have made no progress for 2 s.
func (v *Views) WaitWhileMoving(ctx context.Context, client string) error {
	return v.waitFor(ctx, client, true)
}

// waitFor is counted as a reader, for which the views run at once.
func (v *Views) waitFor(ctx context.Context, client string, whileMoving bool) error {
	position, err := v.store.Reached(ctx, client)
	if err != nil || v.Position() >= position {
		return err
	}
	if v.options.ReadOnly {
		return v.look(ctx, position)
	}
	v.waiters.Add(1)
	defer v.waiters.Add(-1)
	return v.await(ctx, position, whileMoving)
}

// await waits for a position, without counting as a reader.
func (v *Views) await(ctx context.Context, position int64, whileMoving bool) error {
	late := time.NewTimer(longest)
	defer late.Stop()
	for before := v.Position(); ; {
		moved := v.next()
		at := v.Position()
		if at >= position {
			return nil
		}
		if whileMoving && at > before {
			late.Reset(longest)
			before = at
		}
		v.wakeRun()
		select {
		case <-moved:
		case <-late.C:
			return fmt.Errorf("position %d: %w", position, ErrBehind)
		case <-ctx.Done():
			return fmt.Errorf("position %d: %w", position, context.Cause(ctx))
		}
	}
}

// wakeRun wakes Run, because a caller waits.
func (v *Views) wakeRun() {
	select {
	case v.urgent <- struct{}{}:
	default:
	}
}

// next returns a channel that is closed when the views make progress.
func (v *Views) next() <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.moved
}

// look reads the position of the views again, because another process may have
// moved them.
func (v *Views) look(ctx context.Context, position int64) error {
	err := v.read(ctx, func(s snapshot) error {
		v.reached(s.position)
		return nil
	})
	if err == nil && v.Position() < position {
		err = fmt.Errorf("position %d: %w", position, ErrBehind)
	}
	return err
}
