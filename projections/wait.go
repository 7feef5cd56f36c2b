package projections

import (
	"context"
	"fmt"
	"time"
)

// longest is how long a list waits for its view, and anybody for views that do
// not move.
const longest = 2 * time.Second

// WaitFor waits until the views show what was written for a client when it
// was called, so that a caller's list holds the caller's own writes. Without a
// client it waits for everyone's. After 2 s it gives up with ErrBehind.
func (v *Views) WaitFor(ctx context.Context, client string) error {
	position, err := v.store.Reached(ctx, client)
	if err != nil {
		return err
	}
	return v.waitUntil(ctx, position, false)
}

// WaitWhileMoving is WaitFor for what goes by all there is and is done seldom:
// it gives up with ErrBehind only when the views have not moved for 2 s.
func (v *Views) WaitWhileMoving(ctx context.Context, client string) error {
	position, err := v.store.Reached(ctx, client)
	if err != nil {
		return err
	}
	return v.waitUntil(ctx, position, true)
}

// waitUntil waits for a position, as a reader that the views hurry for.
func (v *Views) waitUntil(ctx context.Context, position int64, whileMoving bool) error {
	if v.Position() >= position {
		return nil
	}
	if v.options.ReadOnly {
		return v.look(ctx, position)
	}
	v.waiters.Add(1)
	defer v.waiters.Add(-1)
	return v.await(ctx, position, whileMoving)
}

// await is waitUntil without being counted among the readers that wait.
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
		v.hurry()
		select {
		case <-moved:
		case <-late.C:
			return fmt.Errorf("position %d: %w", position, ErrBehind)
		case <-ctx.Done():
			return fmt.Errorf("position %d: %w", position, context.Cause(ctx))
		}
	}
}

// hurry tells Run that somebody waits, so that it looks at the log at once.
func (v *Views) hurry() {
	select {
	case v.urgent <- struct{}{}:
	default:
	}
}

// next is closed when the views move.
func (v *Views) next() <-chan struct{} {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.moved
}

// look reads again where the views stand, which another process moves.
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
