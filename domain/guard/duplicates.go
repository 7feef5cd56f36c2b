package guard

import (
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain/calendar"
)

// mostDaysApart bounds the days between two similar entries.
const mostDaysApart = 60

// Duplicates are entries with the same account, amount, direction, SEC code and
// description under another id, that settle within a number of calendar days.
type Duplicates struct {
	Days   int    `json:"days"` // 0: on the same day only
	Action Action `json:"action"`
}

// Past is another entry of the client to the same account, as the log had it
// when the judged entry began to count.
type Past struct {
	Transaction      string
	SEC, Description string // as they are sent
	Debit            bool
	Cents            int64
	// MadeFor is the day on which it was expected to settle when it was made.
	// It never changes, so whether two entries are similar does not depend on a
	// cut.
	MadeFor calendar.Date
	Counts  bool // it waits or is in a file
}

// duplicates is the name of the rule, after its owner's prefix.
const duplicates = "duplicates"

// IsDuplicates reports whether a rule is one about duplicates, of a client or
// of an ODFI.
func IsDuplicates(rule string) bool {
	return rule == duplicates || strings.HasPrefix(rule, "odfi/") && strings.HasSuffix(rule, "/"+duplicates)
}

// Compares reports whether a rule compares an entry with others that have its
// account and amount, and how many days earlier these may settle. Entries whose
// description the ledger sets, such as retries, are not compared.
func (b *Evaluator) Compares(e Entry) (days int, ok bool) {
	if e.ledgerDescribes() {
		return 0, false
	}
	for _, o := range b.looking.of(e.Client, e.ODFI) {
		if o.Duplicates != nil {
			days, ok = max(days, o.Duplicates.Days), true
		}
	}
	return days, ok
}

// repeated returns the verdict over an entry that is similar to another one, or
// nil.
func (o Owned) repeated(e Entry) *Verdict {
	if o.Duplicates == nil {
		return nil
	}
	for _, p := range e.Alike {
		apart := max(p.MadeFor.Sub(e.MadeFor), e.MadeFor.Sub(p.MadeFor))
		if !p.Counts || !p.like(e) || apart > o.Duplicates.Days {
			continue
		}
		return &Verdict{
			Action: o.Duplicates.Action,
			Reason: fmt.Sprintf("transaction %s has the same account, amount, direction, SEC code and description, and was to settle on %s: %s from this one",
				p.Transaction, p.MadeFor, days(apart)),
			HeldBy: HeldBy{Rule: o.prefix() + duplicates, Saw: days(apart), Limit: days(o.Duplicates.Days), OtherTransaction: p.Transaction, AtDeadline: Keep},
		}
	}
	return nil
}

func (p Past) like(e Entry) bool {
	return p.Cents == e.Cents && p.Debit == e.Debit && p.SEC == e.SEC && strings.TrimSpace(p.Description) == strings.TrimSpace(e.Description)
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

func (d *Duplicates) check(bad Checker) {
	if d == nil {
		return
	}
	enum(bad, "/duplicates/action", string(d.Action), string(Warn), string(Hold), string(Reject))
	if d.Days < 0 || d.Days > mostDaysApart {
		bad("/duplicates/days", "range", "must be 0 to %d days", mostDaysApart)
	}
}
