package calendar

import (
	"fmt"
	"slices"
	"strconv"
)

// Kind is the direction in which an entry moves the receiver's money.
type Kind string

// Kinds of entries.
const (
	Credit Kind = "credit" // the receiver gets money: a push
	Debit  Kind = "debit"  // the receiver pays: a pull
)

// KindOf returns the kind of an entry that is a debit, or is not.
func KindOf(debit bool) Kind {
	if debit {
		return Debit
	}
	return Credit
}

// SameDayLimit is the largest amount of one same-day entry from a day on.
type SameDayLimit struct {
	From   Date   `json:"from"`
	Cents  int64  `json:"cents"`
	Source string `json:"source"`
	// Unconfirmed says that only one secondary source has it. The limit is not
	// applied, but a client that would benefit from it is told, and a bank's
	// own terms may set it.
	Unconfirmed bool `json:"unconfirmed,omitempty"`
}

// sameDayLimits are the limits, oldest first. The operator compares the
// entry's amount, so splitting a payment to stay below is forbidden.
var sameDayLimits = []SameDayLimit{
	{From: NewDate(2016, 9, 23), Cents: 25_000_00, Source: "NACHA Operating Rules, Same Day ACH"},
	{From: NewDate(2020, 3, 20), Cents: 100_000_00, Source: "NACHA Operating Rules, amendment of 2020"},
	{From: NewDate(2022, 3, 18), Cents: 1_000_000_00, Source: "NACHA Operating Rules, amendment of 2022"},
	{From: NewDate(2027, 9, 17), Cents: 10_000_000_00, Source: "request for comment of 2025-11-10; one secondary page says that it was adopted", Unconfirmed: true},
}

// SameDayLimits lists all limits, including unconfirmed ones.
func SameDayLimits() []SameDayLimit { return slices.Clone(sameDayLimits) }

// sameDayDebitsFrom is the day from which debits may settle the same day.
var sameDayDebitsFrom = NewDate(2017, 9, 15)

// SameDayLimitCents returns the largest amount of one same-day entry on a day,
// in cents: the bank's own if its terms have one, otherwise that of the rules.
// It is 0 before same-day ACH began.
func (t *Terms) SameDayLimitCents(on Date) int64 {
	limit := int64(0)
	for _, l := range sameDayLimits {
		if !on.Before(l.From) && !l.Unconfirmed {
			limit = l.Cents
		}
	}
	if t != nil && t.OwnSameDayLimitCents > 0 && limit > 0 {
		return t.OwnSameDayLimitCents
	}
	return limit
}

// unconfirmedLimit returns an unconfirmed limit that would allow the amount on
// a day.
func unconfirmedLimit(cents int64, on Date) (SameDayLimit, bool) {
	for _, l := range sameDayLimits {
		if l.Unconfirmed && !on.Before(l.From) && cents <= l.Cents {
			return l, true
		}
	}
	return SameDayLimit{}, false
}

// SameDayEligible reports whether the operator would settle a forward entry on
// the day it processes it, and if not, why, in a sentence a client may read.
// Prenotes and other zero-dollar entries are eligible. Returns and corrections
// always are, whatever their SEC code and amount; this function is not for
// them.
func (t *Terms) SameDayEligible(sec string, kind Kind, amountCents int64, on Date) (ok bool, reason string) {
	limit := t.SameDayLimitCents(on)
	switch {
	case limit == 0:
		return false, fmt.Sprintf("there was no same-day ACH on %s", on)
	case sec == "IAT" || sec == "ENR":
		return false, sec + " entries cannot settle the same day"
	case kind == Debit && on.Before(sameDayDebitsFrom):
		return false, fmt.Sprintf("debits could not settle the same day before %s", sameDayDebitsFrom)
	case amountCents > limit:
		reason = fmt.Sprintf("the amount is over the same-day limit of %s per entry", wholeDollars(limit))
		if l, said := unconfirmedLimit(amountCents, on); said {
			reason += fmt.Sprintf("; one of %s from %s on is not confirmed, and holds where the bank's own terms name it", wholeDollars(l.Cents), l.From)
		}
		return false, reason
	}
	return true, ""
}

// wholeDollars formats cents as people write a limit: $1,000,000.
func wholeDollars(cents int64) string {
	digits := strconv.FormatInt(cents/100, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return "$" + digits
}
