// Package follow determines when the followers of the log, the views and the
// relay, read it.
//
// # When a follower looks at the log
//
// A follower wakes after a commit, or at a tick in case it missed one. It then
// waits Gather, so that it reads several commits at once. The next step depends
// on the number of events in that time:
//
//   - fewer than Burst: it reads them and waits for the next hint;
//   - Burst or more: much is being written. The follower leaves the processor
//     to the writers until its backlog is Budget events, Rest at most, because
//     a large step costs less for each event than many small ones.
//
// A caller that cannot wait ends either wait at once.
//
// # When a view is fresh
//
// A view is fresh for a reader when it has reached the position up to which the
// reader must see: the last one written for the reader's client when the
// request arrived (projections.Views.WaitFor). A list that is not fresh yet
// makes the follower urgent and waits 2 s at most; Budget is chosen so that the
// backlog of a rest is processed in much less than that time.
package follow

import (
	"context"
	"time"
)

// Pace sets how long a follower waits before it reads the log again.
type Pace struct {
	Gather time.Duration // wait for more commits after waking
	Burst  int64         // events within Gather from which on writing counts as heavy
	Rest   time.Duration // longest wait during heavy writing
}

// Wait waits until the follower should read the log again. backlog returns the
// number of events that it has not read yet. A rest ends when backlog reaches
// budget, when urgent can be received from, when Rest is over, or with ctx. A
// nil urgent never ends it.
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

// Sleep waits for d, and reports whether ctx has not ended meanwhile.
func Sleep(ctx context.Context, d time.Duration) bool {
	enough := time.NewTimer(d)
	defer enough.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-enough.C:
		return true
	}
}

// pause waits for Gather. It reports whether the follower must continue at
// once, because of urgent or the end of ctx.
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
