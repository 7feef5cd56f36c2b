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

// SameDayLimit is the largest amount of one same-day entry from a day on.
type SameDayLimit struct {
	From   Date   `json:"from"`
	Cents  int64  `json:"cents"`
	Source string `json:"source"`
	// Unconfirmed says that one secondary source has it and no other: entries
	// are not held to it, but whoever it would help is told of it, and a
	// bank's own terms may name it.
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

// SameDayLimits lists the limits, those that are not confirmed too.
func SameDayLimits() []SameDayLimit { return slices.Clone(sameDayLimits) }

// sameDayDebitsFrom is the day from which debits may settle the same day.
var sameDayDebitsFrom = NewDate(2017, 9, 15)

// SameDayLimitCents returns the largest amount one same-day entry may have on
// a day, in cents: the bank's own where its terms name one, else that of the
// rules. It is 0 before there was same-day ACH.
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

// unconfirmedLimit is a limit that would let the amount through on a day, had
// it been confirmed.
func unconfirmedLimit(cents int64, on Date) (SameDayLimit, bool) {
	for _, l := range sameDayLimits {
		if l.Unconfirmed && !on.Before(l.From) && cents <= l.Cents {
			return l, true
		}
	}
	return SameDayLimit{}, false
}

// SameDayEligible reports whether the operator would settle a forward entry
// on the day it processes it, and if not, why, in a sentence a client may
// read. Prenotes and other zero-dollar entries are eligible. Returns and
// corrections always are, whatever their SEC code and amount, and need not
// ask here.
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

// wholeDollars writes cents as people read a limit: $1,000,000.
func wholeDollars(cents int64) string {
	digits := strconv.FormatInt(cents/100, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return "$" + digits
}
