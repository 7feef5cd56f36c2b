package projections

import (
	"context"
	"time"
)

// How long a pass waits for more commits to come, so that many requests share
// one transaction of the views. Nobody who waits for a list waits for it.
const (
	gathering = 4 * time.Millisecond
	// busy is how many events come within gathering while much is written.
	// Then the views rest: they leave the processor to those who write, and
	// what they do at once later is cheaper. They rest for as many events as
	// they make up for in catchingUp, by their own measure, which is well
	// within what a list may wait.
	busy       = 128
	resting    = time.Second
	catchingUp = 750 * time.Millisecond
	fewAtOnce  = 2_000
	mostAtOnce = 50_000
)

// gather lets more commits come before the next pass.
func (v *Views) gather(ctx context.Context) {
	if v.pause(ctx, gathering) || v.behind(ctx) < busy {
		return
	}
	for end := time.Now().Add(resting); time.Now().Before(end) && v.behind(ctx) < v.atOnce(); {
		if v.pause(ctx, gathering) {
			return
		}
	}
}

// pause is true when somebody cannot wait any longer.
func (v *Views) pause(ctx context.Context, d time.Duration) (urgent bool) {
	enough := time.NewTimer(d)
	defer enough.Stop()
	select {
	case <-ctx.Done():
		return true
	case <-v.urgent:
		return true
	case <-enough.C:
		return false
	}
}

// behind is how many events of the log the views do not show yet.
func (v *Views) behind(ctx context.Context) int64 {
	head, err := v.store.Head(ctx)
	if err != nil {
		return mostAtOnce // the pass says what is wrong
	}
	return head.Position - v.Position()
}

// atOnce is how many events the views make up for in catchingUp.
func (v *Views) atOnce() int64 {
	return min(max(v.perSecond.Load()*catchingUp.Milliseconds()/1000, fewAtOnce), mostAtOnce)
}

// timed measures a pass that began at a time and a position. Short ones say
// little.
func (v *Views) timed(began time.Time, from int64) {
	if n := v.Position() - from; n >= fewAtOnce {
		v.perSecond.Store(int64(float64(n) / time.Since(began).Seconds()))
	}
}

// KeepUp is CatchUp for those who come again in a moment anyhow: where much was
// written it leaves the views to Run, and says that they are not current.
func (v *Views) KeepUp(ctx context.Context) (current bool, err error) {
	if v.running.Load() && v.behind(ctx) >= busy {
		return false, nil
	}
	return true, v.CatchUp(ctx)
}

// GiveWay lets the views come level while somebody waits for a list. Whoever
// writes without a pause calls it before each write: the views could not be
// level in time while that goes on. It waits for what is in the log now, not
// until nobody waits, which may never be; and as long as a list at most.
func (v *Views) GiveWay(ctx context.Context) {
	if v.waiting.Load() == 0 {
		return
	}
	if head, err := v.store.Head(ctx); err == nil {
		_ = v.await(ctx, head.Position) // late is as good as never: the list says so
	}
}
