package calendar

import "fmt"

// How far ahead of its processing day the operator takes an effective entry
// date, in banking days; beyond it returns the entry with R18. Source: NACHA
// Operating Rules, effective entry date.
const (
	creditsAheadDays = 2
	debitsAheadDays  = 1
)

// ValidEffective checks the effective entry date of an entry that leaves on a
// processing day exactly as a client dated it. A day on which banks are
// closed counts as the next banking day, as it does for the operator. The
// processing day itself is valid and means same-day settlement. The error
// names the date and the rule.
func ValidEffective(effectiveOn, processingDay Date, credit bool) error {
	ahead, kind := debitsAheadDays, "a debit"
	if credit {
		ahead, kind = creditsAheadDays, "a credit"
	}
	latest := AddBankingDays(processingDay, ahead)
	switch on := OnOrAfter(effectiveOn); {
	case on.Before(processingDay):
		return fmt.Errorf("effective entry date %s has passed: the file would be processed on %s", effectiveOn, processingDay)
	case on.After(latest):
		return fmt.Errorf("effective entry date %s is too far ahead: %s processed on %s may be dated %s at the latest", effectiveOn, kind, processingDay, latest)
	}
	return nil
}
