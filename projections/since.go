package projections

import (
	"math"
	"time"
)

// AgeSteps are the ages up to which what waits is counted together; what is
// older is the last count.
var AgeSteps = []time.Duration{time.Hour, 4 * time.Hour, 24 * time.Hour, 3 * 24 * time.Hour}

// Since selects what waits by when it began to: after an instant, and at another
// or before it. The zero Since selects all.
type Since struct{ After, Until time.Time }

// SinceOf is when that began to wait which WaitAges counts in a step.
func SinceOf(now time.Time, step int) (s Since) {
	if step < len(AgeSteps) {
		s.After = instant(ageLimit(now, step))
	}
	if step > 0 {
		s.Until = instant(ageLimit(now, step-1))
	}
	return s
}

// ageLimit is the end of the minute that is a step ago: what is held is counted
// by the minute, and so is all else, so that a count and its list agree.
func ageLimit(now time.Time, step int) int64 {
	const minute = 60_000_000
	return micros(now.Add(-AgeSteps[step]))/minute*minute + minute - 1
}

// Has reports whether an instant is selected.
func (s Since) Has(at time.Time) bool {
	return (s.After.IsZero() || at.After(s.After)) && (s.Until.IsZero() || !at.After(s.Until))
}

// within are the bounds as queries take them.
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

// set reports whether it selects at all.
func (s Since) set() bool { return s != Since{} }

// behind reads a cursor of a list by when things began to wait: the place behind
// which its page begins, and until when it goes. The cursor holds for any Since,
// because an age selects other instants a minute later.
func (s Since) behind(at cursor, first bool) (after, row, until int64) {
	after, until = s.within()
	if !first {
		return at.At, at.Row, until
	}
	return after, math.MaxInt64, until
}
