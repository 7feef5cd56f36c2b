package guard

import (
	"slices"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
)

// Entry is what the rules look at: a forward entry with money that waits for
// a file, or is in one.
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
	Waived       []string // rules that a person has overruled for it
	OwnFile      bool     // the client described it, in a file of its own

	MadeFor calendar.Date // the day on which it was expected to settle when it was made
	Alike   []Past        // others with its account and amount, where a rule compares them

	// Account is what became of those to its account, newest first, and
	// Validated that a relationship with it was verified; where a rule asks.
	Account   []Outcome
	Validated bool
}

// Direction is the word for it.
func (e Entry) Direction() string {
	if e.Debit {
		return Debit
	}
	return Credit
}

// Use is what the entry uses.
func (e Entry) Use() Use {
	return Use{
		Client: e.Client, ODFI: e.ODFI, Company: e.Company, Debit: e.Debit, SEC: e.SEC, Description: e.Description,
		OriginatedOn: e.OriginatedOn, SettlesOn: e.SettlesOn, Sum: Sum{e.Cents, 1},
	}
}

// ledgerDescribes reports whether the description is one that only the ledger
// gives, a retry's say. In a file of its own a client may write the same words
// over any entry, which proves nothing.
func (e Entry) ledgerDescribes() bool { return !e.OwnFile && nacha.Reserved(e.Description) }

// waived reports whether a person approved the entry over the rule.
func (e Entry) waived(rule string) bool { return slices.Contains(e.Waived, rule) }

// Sum is an amount and a number of entries.
type Sum struct{ Cents, Count int64 }

// Plus is the sum of both.
func (s Sum) Plus(o Sum) Sum { return Sum{s.Cents + o.Cents, s.Count + o.Count} }

// Negative is what takes the sum away when it is added.
func (s Sum) Negative() Sum { return Sum{-s.Cents, -s.Count} }

// Use is what some entries use of limits. A zero day counts for no limit that
// is counted per it.
type Use struct {
	Client, ODFI, Company string
	Debit                 bool
	SEC, Description      string        // empty in sums over many batches
	OriginatedOn          calendar.Date // banking day
	SettlesOn             calendar.Date
	Sum
	Largest int64 // cents of the largest entry; of a file only
}

// BankingDay is the banking day to which what happens at an instant counts.
func BankingDay(at time.Time) calendar.Date { return calendar.OnOrAfter(calendar.DateOf(at)) }

// Expected is the day on which an entry is expected to settle that waits for a
// file: as it was made, or as it was due, whichever is later. The cut decides
// again.
func Expected(made, due time.Time, want calendar.Request) calendar.Decision {
	if due.After(made) {
		made = due
	}
	return calendar.Effective(made, want)
}
