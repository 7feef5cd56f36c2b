package workers

import (
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/projections"
)

// answerLead is how long before its deadline an answer, or a reversal, is cut
// at the latest, when no window comes in time: what the default windows leave before the
// operator's deadlines.
const answerLead = 15 * time.Minute

// Why a file is cut, as domain.FileOpened says it.
const (
	byEntries  = "entries"
	byCents    = "cents"
	byAge      = "age"
	byWindow   = "window"
	forAnswers = "answers"
)

// threshold names the threshold that the client's due entries, summed over
// its ODFIs, have reached; "" is none. Windows are not among them.
func threshold(now time.Time, b domain.Batching, queues []projections.Queue) string {
	entries, cents := 0, int64(0)
	var oldest time.Time
	for _, q := range queues {
		if q.Answers {
			continue
		}
		entries, cents = entries+q.Entries, cents+q.Cents
		if oldest.IsZero() || q.OldestAt.Before(oldest) {
			oldest = q.OldestAt
		}
	}
	switch {
	case entries == 0:
		return ""
	case b.MaxEntries > 0 && entries >= b.MaxEntries:
		return byEntries
	case b.MaxAmountCents > 0 && cents >= b.MaxAmountCents:
		return byCents
	case b.Age() > 0 && now.Sub(oldest) >= b.Age():
		return byAge
	default:
		return ""
	}
}

// windows are the times of day at which a client's entries, or its answers,
// are cut. Answers of a client without windows leave at the default ones.
func windows(b domain.Batching, answers bool) []calendar.Window {
	own, err := calendar.ParseWindows(b.Windows) // checked when they were set
	if err != nil || answers && len(own) == 0 {
		return calendar.DefaultWindows()
	}
	return own
}

// pressing reports whether something must leave now because its deadline is
// near and the next window might be too late: an answer, or a reversal.
func pressing(now time.Time, q projections.Queue) bool {
	return !q.LeaveBy.IsZero() && !now.Before(q.LeaveBy.Add(-answerLead))
}

// dueAgain is when an item that is released from a file is due again: at the
// next window, or when it has waited as long as the client lets entries wait;
// before its deadline in any case.
func dueAgain(now time.Time, b domain.Batching, i *domain.Item) time.Time {
	var at time.Time
	sooner := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if window, ok := calendar.NextWindow(now, windows(b, i.Kind.IsAnswer())); ok {
		sooner(window)
	}
	if age := b.Age(); age > 0 && !i.Kind.IsAnswer() {
		sooner(now.Add(age))
	}
	if by, ok := i.LeaveBy(); ok {
		sooner(by.Add(-answerLead))
	}
	if at.Before(now) {
		return now
	}
	return at
}

// wakeAt is the next instant after now at which one of a client's queues may
// be cut without anything happening before; zero if there is none.
func wakeAt(now time.Time, c domain.Client, queues []projections.Queue) time.Time {
	var next time.Time
	sooner := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, q := range queues {
		if c.Suspended && !q.Answers {
			continue
		}
		if window, ok := calendar.NextWindow(now, windows(c.Settings.Batching, q.Answers)); ok {
			sooner(window)
		}
		if age := c.Settings.Batching.Age(); age > 0 && !q.Answers {
			sooner(q.OldestAt.Add(age))
		}
		if !q.LeaveBy.IsZero() {
			sooner(q.LeaveBy.Add(-answerLead))
		}
	}
	return next
}
