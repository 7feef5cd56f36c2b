package calendar

import (
	"fmt"
	"strconv"
)

// Kind is the direction in which an entry moves the receiver's money.
type Kind string

// Kinds of entries.
const (
	Credit Kind = "credit" // the receiver gets money: a push
	Debit  Kind = "debit"  // the receiver pays: a pull
)

// sameDayLimits are the largest amounts of one same-day entry, oldest first,
// each from its day on. Source: NACHA Operating Rules, Same Day ACH
// amendments of 2016, 2020 and 2022. The operator compares the entry's
// amount, so splitting a payment to stay below is forbidden.
var sameDayLimits = []struct {
	from  Date
	cents int64
}{
	{NewDate(2016, 9, 23), 25_000_00},
	{NewDate(2020, 3, 20), 100_000_00},
	{NewDate(2022, 3, 18), 1_000_000_00},
}

// sameDayDebitsFrom is the day from which debits may settle the same day.
var sameDayDebitsFrom = NewDate(2017, 9, 15)

// SameDayLimitCents returns the largest amount one same-day entry may have on
// a day, in cents; 0 before there was same-day ACH.
func SameDayLimitCents(on Date) int64 {
	limit := int64(0)
	for _, l := range sameDayLimits {
		if !on.Before(l.from) {
			limit = l.cents
		}
	}
	return limit
}

// SameDayEligible reports whether the operator would settle a forward entry
// on the day it processes it, and if not, why, in a sentence a client may
// read. Prenotes and other zero-dollar entries are eligible. Returns and
// corrections always are, whatever their SEC code and amount, and need not
// ask here.
func SameDayEligible(sec string, kind Kind, amountCents int64, on Date) (ok bool, reason string) {
	limit := SameDayLimitCents(on)
	switch {
	case limit == 0:
		return false, fmt.Sprintf("there was no same-day ACH on %s", on)
	case sec == "IAT" || sec == "ENR":
		return false, sec + " entries cannot settle the same day"
	case kind == Debit && on.Before(sameDayDebitsFrom):
		return false, fmt.Sprintf("debits could not settle the same day before %s", sameDayDebitsFrom)
	case amountCents > limit:
		return false, fmt.Sprintf("the amount is over the same-day limit of %s per entry", wholeDollars(limit))
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
