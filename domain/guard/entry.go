package guard

import (
	"slices"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// Entry has the values that the rules examine, of a forward entry with money
// that waits for a file, or is in one.
type Entry struct {
	Client       string
	ODFI         string // nine digits
	Company      string // identification
	SEC          string
	Description  string // as it is sent
	Debit        bool
	Cents        int64
	OriginatedOn calendar.Date // banking day
	SettlesOn    calendar.Date
	SameDay      bool     // it settles on the processing day on which it is sent
	Waived       []string // rules over which a person approved it
	OwnFile      bool     // it is in a client's own file

	MadeFor calendar.Date // the day on which it was expected to settle when it was made
	Alike   []Past        // others with its account and amount, if a rule compares them

	// Account has the outcomes of other entries to its account, newest first;
	// Validated reports that a relationship with the account was verified. Both
	// are set if a rule needs them.
	Account   []Outcome
	Validated bool
}

// Use returns what the entry uses of limits.
func (e Entry) Use() Use {
	return Use{
		Client: e.Client, ODFI: e.ODFI, Company: e.Company, Debit: e.Debit, SEC: e.SEC, Description: e.Description,
		OriginatedOn: e.OriginatedOn, SettlesOn: e.SettlesOn, Sum: Sum{e.Cents, 1},
	}
}

// ledgerDescribes reports whether the description is one that only the ledger
// sets, such as that of a retry. In its own file a client may use the same
// words for any entry, so there they prove nothing.
func (e Entry) ledgerDescribes() bool { return !e.OwnFile && nacha.Reserved(e.Description) }

// waived reports whether a person approved the entry over the rule.
func (e Entry) waived(rule string) bool { return slices.Contains(e.Waived, rule) }

// Sum is an amount and a number of entries.
type Sum struct{ Cents, Count int64 }

// Plus adds two sums.
func (s Sum) Plus(o Sum) Sum { return Sum{s.Cents + o.Cents, s.Count + o.Count} }

// Negative returns the sum that subtracts s when it is added.
func (s Sum) Negative() Sum { return Sum{-s.Cents, -s.Count} }

// Use is what entries use of limits. With a zero day it does not count for
// limits per that kind of day.
type Use struct {
	Client, ODFI, Company string
	Debit                 bool
	SEC, Description      string        // empty in sums over many batches
	OriginatedOn          calendar.Date // banking day
	SettlesOn             calendar.Date
	Sum
	Largest int64 // cents of the largest entry; set for files only
}

// BankingDay returns the banking day to which an instant belongs.
func BankingDay(at time.Time) calendar.Date { return calendar.OnOrAfter(calendar.DateOf(at)) }

// Expected returns the day on which a waiting entry is expected to settle, from
// when it was made or due, whichever is later. The cut decides again.
func Expected(made, due time.Time, want calendar.Request) calendar.Decision {
	if due.After(made) {
		made = due
	}
	return calendar.Effective(made, want)
}
