package domain

import (
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

// Why is the reason why a file is made.
type Why string

// Reasons: a threshold or a window of the client, the deadline of an answer in
// the file, or that the file was made as a whole.
const (
	WhyEntries Why = "entries"  // the number of waiting entries reached the client's threshold
	WhyCents   Why = "cents"    // their total reached it
	WhyAge     Why = "age"      // the age of the oldest reached it
	WhyWindow  Why = "window"   // a window came
	WhyAnswers Why = "answers"  // the deadline of an answer, or of a reversal, is near
	WhyUpload  Why = "upload"   // the client sent it
	WhyACHFile Why = "ach_file" // the client described it
	WhySent    Why = "sent"     // it had left before the folder was restored from a backup
)

// answerLead is how long before its deadline an answer, or a reversal, is cut
// at the latest if no window comes in time. The default windows have the same
// distance to the operator's deadlines.
const answerLead = 15 * time.Minute

// Queue sums up the waiting items of one client at one ODFI.
type Queue struct {
	Client, ODFI string
	Answers      bool // returns, corrections, dishonors, contests; otherwise forward entries
	Entries      int
	Cents        int64
	OldestAt     time.Time // when the oldest was made
	LeaveBy      time.Time // earliest deadline of an answer; zero if none
}

// Threshold returns the threshold that a client's due entries, summed over its
// ODFIs, have reached; "" if none. Windows are not thresholds.
func (b Batching) Threshold(now time.Time, queues []Queue) Why {
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
		return WhyEntries
	case b.MaxAmountCents > 0 && cents >= b.MaxAmountCents:
		return WhyCents
	case b.Age() > 0 && now.Sub(oldest) >= b.Age():
		return WhyAge
	default:
		return ""
	}
}

// LastWindow returns the newest window that has come for a client's entries, or
// for its answers; ok is false if there is none. Answers of a client without
// windows leave at the default ones.
func (b Batching) LastWindow(now time.Time, answers bool) (at time.Time, ok bool) {
	return calendar.LastWindow(now, b.windows(answers))
}

func (b Batching) windows(answers bool) []calendar.Window {
	own, err := calendar.ParseWindows(b.Windows) // checked when they were set
	if err != nil || answers && len(own) == 0 {
		return calendar.DefaultWindows()
	}
	return own
}

// Pressing reports whether the queue must be cut now because the deadline of an
// answer, or of a reversal, is near and the next window may be too late.
func (q Queue) Pressing(now time.Time) bool {
	return !q.LeaveBy.IsZero() && !now.Before(q.LeaveBy.Add(-answerLead))
}

// DueAgain returns when an item released from a file is due again: at the next
// window, or when it has waited for the client's maximum age; in any case
// before its deadline.
func (b Batching) DueAgain(now time.Time, i *Item) time.Time {
	var at earliest
	if window, ok := calendar.NextWindow(now, b.windows(i.Kind.IsAnswer())); ok {
		at.or(window)
	}
	if age := b.Age(); age > 0 && !i.Kind.IsAnswer() {
		at.or(now.Add(age))
	}
	if by, ok := i.LeaveBy(); ok {
		at.or(by.Add(-answerLead))
	}
	if at.Before(now) {
		return now
	}
	return at.Time
}

// WakeAt returns the next instant after now at which one of a client's queues
// may have to be cut, if nothing happens before; zero if there is none.
func (c Client) WakeAt(now time.Time, queues []Queue) time.Time {
	var next earliest
	later := func(t time.Time) {
		if t.After(now) {
			next.or(t)
		}
	}
	for _, q := range queues {
		if c.Suspended && !q.Answers {
			continue
		}
		if window, ok := calendar.NextWindow(now, c.Settings.Batching.windows(q.Answers)); ok {
			later(window)
		}
		if age := c.Settings.Batching.Age(); age > 0 && !q.Answers {
			later(q.OldestAt.Add(age))
		}
		if !q.LeaveBy.IsZero() {
			later(q.LeaveBy.Add(-answerLead))
		}
	}
	return next.Time
}

// earliest is the first of some instants; zero if there are none.
type earliest struct{ time.Time }

func (e *earliest) or(t time.Time) {
	if e.IsZero() || t.Before(e.Time) {
		e.Time = t
	}
}
