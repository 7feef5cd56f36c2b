package domain

import (
	"cmp"
	"slices"
	"time"
)

// Events of the numbers that files take. Each is cumulative, so the last event
// of a stream tells which numbers are free.
type (
	// TracesTaken records that an ODFI's trace numbers up to Last are used.
	// First is below or equal to Last, except that a new round starts over
	// at 1 after 9,999,999.
	TracesTaken struct {
		First int    `json:"first"`
		Last  int    `json:"last"`
		Round int    `json:"round"` // number of restarts of the sequence
		On    string `json:"on"`    // New York day, YYYY-MM-DD
	}
	// ModifierTaken records a file id modifier. The operator rejects a file
	// with the same origin, date, time and modifier as a duplicate.
	ModifierTaken struct {
		Date     string `json:"date"` // YYMMDD
		Time     string `json:"time"` // HHMM
		Modifier string `json:"modifier"`
	}
)

// Type names each event in the log.
func (TracesTaken) Type() string   { return "odfi.traces_taken" }
func (ModifierTaken) Type() string { return "origin.modifier_taken" }

func init() { register(empty[TracesTaken], empty[ModifierTaken]) }

// MaxTraceSequence is the largest of the seven digits after the ODFI.
const MaxTraceSequence = 9_999_999

// TraceRestDays is how long a trace number rests before it may be used
// again: the longest return time of 60 calendar days, with the settlement,
// weekends and holidays around it.
const TraceRestDays = 75

// Traces is the state of an ODFI's trace numbers.
type Traces struct {
	Version int64
	Last    int
	Round   int
	rounds  []traceUse // uses in the previous round, oldest first
	current []traceUse
}

type traceUse struct {
	last int
	on   string
}

// Evolve applies one event of the ODFI's stream.
func (t *Traces) Evolve(f Fact) {
	t.Version = f.Version
	e, ok := f.Event.(*TracesTaken)
	if !ok {
		return
	}
	if e.Round > t.Round {
		t.rounds, t.current = t.current, nil
	}
	t.Last, t.Round = e.Last, e.Round
	if n := len(t.current); n > 0 && t.current[n-1].on == e.On {
		t.current[n-1].last = e.Last
	} else {
		t.current = append(t.current, traceUse{e.Last, e.On})
	}
}

// After returns the state after numbers are taken. It leaves t as it is.
func (t Traces) After(taken TracesTaken) Traces {
	t.current = slices.Clone(t.current)
	t.Evolve(Fact{Event: &taken, Version: t.Version + 1})
	return t
}

// Take returns the first of n consecutive numbers and the event that takes
// them. The traces of a batch ascend, so a run does not cross the end of the
// sequence: if too few numbers are left, got is less than n and the caller
// begins a new batch.
func (t Traces) Take(n int, on time.Time) (first, got int, taken TracesTaken, err error) {
	first, round := t.Last+1, t.Round
	if first > MaxTraceSequence {
		first, round = 1, t.Round+1
	}
	got = min(n, MaxTraceSequence-first+1)
	before := t.rounds
	if round > t.Round {
		before = t.current
	}
	if used := usedOn(before, first+got-1); used > rested(on) {
		return 0, 0, TracesTaken{}, Refuse(NoTraceNumbers, "trace numbers up to %07d were used on %s and rest %d days: use another ODFI", first+got-1, used, TraceRestDays)
	}
	return first, got, TracesTaken{First: first, Last: first + got - 1, Round: round, On: on.Format(time.DateOnly)}, nil
}

// Took returns the event that takes numbers of entries that left without a
// record in the log. Numbers only increase. Numbers of a file that was cut
// later than one already taken leave a gap, which does no harm. A sequence that
// started over is a new round.
func (t Traces) Took(numbers []int, on time.Time) TracesTaken {
	taken := TracesTaken{First: t.Last + 1, Last: t.Last, Round: t.Round, On: on.Format(time.DateOnly)}
	for _, n := range numbers {
		if StartedOver(n, t.Last) && t.Resting(n, on) {
			continue // from the previous round, in a file that was cut after the restart
		}
		if StartedOver(taken.Last, n) {
			taken.First, taken.Last, taken.Round = 1, n, t.Round+1
		}
		taken.Last = max(taken.Last, n)
	}
	taken.First = min(taken.First, taken.Last)
	return taken
}

// StartedOver reports whether the sequence restarted between two numbers taken
// near each other in time.
func StartedOver(before, after int) bool { return before-after > MaxTraceSequence/2 }

// InUse returns how many numbers may not be taken now, because they were taken
// less than TraceRestDays ago.
func (t Traces) InUse(on time.Time) int {
	count := func(uses []traceUse, from int) (n int) {
		for _, u := range uses {
			if u.on > rested(on) {
				n += max(0, u.last-from)
			}
			from = max(from, u.last)
		}
		return n
	}
	return count(t.current, 0) + count(t.rounds, t.Last)
}

// Resting reports whether a number was used in the previous round and may not
// be used again yet.
func (t Traces) Resting(n int, on time.Time) bool { return usedOn(t.rounds, n) > rested(on) }

// rested is the last day of use of a number that may be taken again on a day.
func rested(on time.Time) string { return on.AddDate(0, 0, -TraceRestDays).Format(time.DateOnly) }

// usedOn returns the latest day on which a number up to last was used in a
// round, or "".
func usedOn(uses []traceUse, last int) string {
	day := ""
	for _, u := range uses {
		day = u.on
		if u.last >= last {
			break
		}
	}
	return day
}

// Modifiers is the state of an immediate origin's file id modifiers.
type Modifiers struct {
	Version    int64
	Date, Time string
	Modifier   string
	// Sequence is the number of the newest file of the day, from 1. Files
	// without a record in the log are counted by the modifiers that were
	// skipped.
	Sequence int
}

// Evolve applies one event of the origin's stream.
func (m *Modifiers) Evolve(f Fact) {
	m.Version = f.Version
	if e, ok := f.Event.(*ModifierTaken); ok {
		m.Sequence = m.sequence(*e)
		m.Date, m.Time, m.Modifier = e.Date, e.Time, e.Modifier
	}
}

// sequence returns the number of the file of the day that takes a newer
// modifier.
func (m Modifiers) sequence(taken ModifierTaken) int {
	index := indexOf(taken.Modifier)
	if taken.Date != m.Date {
		return index + 1
	}
	step := index - indexOf(m.Modifier)
	if step <= 0 {
		step += len(modifiers)
	}
	return m.Sequence + step
}

// modifiers are in the order in which they are taken.
const modifiers = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// Next is Take, with the number of the file on that day.
func (m Modifiers) Next(now time.Time) (taken ModifierTaken, sequence int) {
	taken = m.Take(now)
	return taken, m.sequence(taken)
}

// Take returns the next free (date, time, modifier) at or after now, in New
// York time. Modifiers run from A to Z and then from 0 to 9 through a day; when
// all 36 are used the minute is increased and they start over. If the clock
// goes back (at the end of daylight saving time, or in a sandbox), they still
// increase.
func (m Modifiers) Take(now time.Time) ModifierTaken {
	taken := ModifierTaken{Date: now.Format("060102"), Time: now.Format("1504"), Modifier: "A"}
	if m.Date == "" || taken.Date > m.Date {
		return taken
	}
	next := indexOf(m.Modifier) + 1
	if taken.Date == m.Date && taken.Time > m.Time {
		if next == len(modifiers) {
			next = 0
		}
		taken.Modifier = string(modifiers[next])
		return taken
	}
	taken.Date, taken.Time = m.Date, m.Time
	if next == len(modifiers) {
		minute, _ := time.Parse("0601021504", m.Date+m.Time)
		minute = minute.Add(time.Minute)
		taken.Date, taken.Time, next = minute.Format("060102"), minute.Format("1504"), 0
	}
	taken.Modifier = string(modifiers[next])
	return taken
}

// TookModifier records the date, time and modifier of a file that left without
// a record in the log.
type TookModifier ModifierTaken

// Decide records it if it is newer than the newest taken one, which alone
// determines the free ones.
func (c TookModifier) Decide(m Modifiers) ([]Event, error) {
	if !m.Before(Modifiers{Date: c.Date, Time: c.Time, Modifier: c.Modifier}) {
		return nil, nil
	}
	return []Event{ModifierTaken(c)}, nil
}

// Before reports whether other was taken later.
func (m Modifiers) Before(other Modifiers) bool {
	return cmp.Or(cmp.Compare(m.Date, other.Date), cmp.Compare(m.Time, other.Time), cmp.Compare(indexOf(m.Modifier), indexOf(other.Modifier))) < 0
}

func indexOf(modifier string) int {
	for i := range modifiers {
		if modifiers[i:i+1] == modifier {
			return i
		}
	}
	return -1
}
