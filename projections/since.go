package projections

import (
	"math"
	"time"
)

// AgeSteps are the upper bounds of the ages by which waiting items are counted;
// the last count is of older ones.
var AgeSteps = []time.Duration{time.Hour, 4 * time.Hour, 24 * time.Hour, 3 * 24 * time.Hour}

// Since selects waiting items by when they began to wait: after one instant,
// and not after another. The zero Since selects all.
type Since struct{ After, Until time.Time }

// SinceOf selects the items that WaitAges counts in a step.
func SinceOf(now time.Time, step int) (s Since) {
	if step < len(AgeSteps) {
		s.After = instant(ageLimit(now, step))
	}
	if step > 0 {
		s.Until = instant(ageLimit(now, step-1))
	}
	return s
}

// ageLimit is the end of the minute that is a step ago. Held entries are
// counted by the minute, so all limits are rounded to minutes, and a count and
// its list agree.
func ageLimit(now time.Time, step int) int64 {
	const minute = 60_000_000
	return micros(now.Add(-AgeSteps[step]))/minute*minute + minute - 1
}

// Has reports whether an instant is selected.
func (s Since) Has(at time.Time) bool {
	return (s.After.IsZero() || at.After(s.After)) && (s.Until.IsZero() || !at.After(s.Until))
}

// within returns the bounds as queries take them.
func (s Since) within() (after, until int64) {
	after, until = math.MinInt64, math.MaxInt64
	if !s.After.IsZero() {
		after = micros(s.After)
	}
	if !s.Until.IsZero() {
		until = micros(s.Until)
	}
	return after, until
}

// set reports whether s selects less than all.
func (s Since) set() bool { return s != Since{} }

// behind returns the place after which a page begins, and the time at which the
// list ends, for lists by when items began to wait. A cursor is valid for any
// Since, because a minute later the same age selects other instants.
func (s Since) behind(at cursor, first bool) (after, row, until int64) {
	after, until = s.within()
	if !first {
		return at.At, at.Row, until
	}
	return after, math.MaxInt64, until
}
