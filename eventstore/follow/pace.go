// Package follow paces whoever follows the log: the views and the relay.
//
// # When a follower looks at the log
//
// A commit's hint, or a tick in case a hint was missed, wakes a follower. It
// then waits Gather, so that many commits share one look. What happens next
// depends on how many events came in that time:
//
//   - fewer than Burst: it reads them and waits for the next hint;
//   - Burst or more: much is being written. The follower leaves the processor
//     to the writers until its backlog is Budget events, Rest at most, because
//     a large step costs less for each event than many small ones.
//
// Whoever cannot wait ends either wait at once.
//
// # When a view is fresh
//
// A view is fresh for a reader when it has reached the position up to which
// the reader must see: the last one written for the reader's client when the
// request arrived (projections.Views.WaitFor). A list that is not fresh yet
// makes the follower urgent and waits 2 s at most; Budget is chosen so that
// the backlog of a rest is made up for well within that time.
package follow

import (
	"context"
	"time"
)

// Pace is how a follower waits between looks at the log.
type Pace struct {
	Gather time.Duration // after a wake, for more commits to come
	Burst  int64         // events within Gather from which on much is being written
	Rest   time.Duration // longest wait while much is being written
}

// Wait waits before the next look. backlog is how many events the follower has
// not read yet; a rest ends when it reaches budget, when urgent can be
// received from, or with ctx. A nil urgent never ends it.
func (p Pace) Wait(ctx context.Context, backlog, budget func() int64, urgent <-chan struct{}) {
	if p.pause(ctx, urgent) || backlog() < p.Burst {
		return
	}
	for end := time.Now().Add(p.Rest); time.Now().Before(end) && backlog() < budget(); {
		if p.pause(ctx, urgent) {
			return
		}
	}
}

// pause waits Gather; it reports whether the follower must continue at once.
func (p Pace) pause(ctx context.Context, urgent <-chan struct{}) bool {
	enough := time.NewTimer(p.Gather)
	defer enough.Stop()
	select {
	case <-ctx.Done():
		return true
	case <-urgent:
		return true
	case <-enough.C:
		return false
	}
}
