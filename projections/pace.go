package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/eventstore/follow"
)

// pace is how the views wait between passes; see package follow. A pass of ten
// payments writes nearly as many pages of the file as one of a hundred.
var pace = follow.Pace{Gather: 25 * time.Millisecond, Burst: 128, Rest: time.Second}

const (
	// catchUpWithin is the target duration of a pass after a rest: well below
	// the time that a list may wait.
	catchUpWithin = 750 * time.Millisecond
	// Bounds of the budget, in events, whatever speed was measured.
	leastBudget = 2_000
	mostBudget  = 50_000
)

// gather waits for more commits before the next pass.
func (v *Views) gather(ctx context.Context) {
	pace.Wait(ctx, func() int64 { return v.behind(ctx) }, v.budget, v.urgent)
}

// behind is how many events of the log the views do not show yet.
func (v *Views) behind(ctx context.Context) int64 {
	head, err := v.store.Head(ctx)
	if err != nil {
		return mostBudget // the pass reports the error
	}
	return head.Position - v.Position()
}

// budget is how many events the views project in catchUpWithin at the measured
// speed.
func (v *Views) budget() int64 {
	return min(max(v.perSecond.Load()*catchUpWithin.Milliseconds()/1000, leastBudget), mostBudget)
}

// measure records the speed of a pass that began at a time and a position.
// Short passes are ignored, as they say little.
func (v *Views) measure(began time.Time, from int64) {
	if n := v.Position() - from; n >= leastBudget {
		v.perSecond.Store(int64(float64(n) / time.Since(began).Seconds()))
	}
}

// CatchUpIfQuiet is CatchUp for callers that try again soon. While much is
// written it leaves the work to Run and reports that the views are not current.
func (v *Views) CatchUpIfQuiet(ctx context.Context) (current bool, err error) {
	if v.running.Load() && v.behind(ctx) >= pace.Burst {
		return false, nil
	}
	return true, v.CatchUp(ctx)
}

// YieldToReaders blocks a busy writer while a list is waiting: until the views
// have reached the head of the log as of the call, 2 s at most. A writer that
// never pauses calls it before each write; otherwise the views could not be
// current in time for any list.
func (v *Views) YieldToReaders(ctx context.Context) {
	if v.waiters.Load() == 0 {
		return
	}
	if head, err := v.store.Head(ctx); err == nil {
		_ = v.await(ctx, head.Position, false) // on timeout the list itself answers ErrBehind
	}
}
