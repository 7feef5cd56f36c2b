package calendar

import "time"

// AvailableBy is when the receiver of a credit has its money: at 9:00 local
// time of the day on which it settles or, where it was sent to settle on that
// day, at the time that goes with the window in which it was processed. made
// is when the operator made the file it came in; zero where nobody knows. It
// is zero before the rule holds. Source: NACHA Operating Rules, availability
// of credits; Same Day ACH.
func (t *Terms) AvailableBy(settlesOn Date, made time.Time) time.Time {
	if settlesOn.IsZero() || !MorningCredits.Holds(settlesOn) {
		return time.Time{}
	}
	hour, minute := 9, 0
	if made = made.In(Eastern); DateOf(made) == settlesOn && !made.Before(settlesOn.At(8, 30)) {
		switch {
		case !made.After(settlesOn.At(13, 0)):
			hour, minute = 13, 30
		case !made.After(settlesOn.At(17, 0)):
			hour = 17
		default:
			hour = 24 // the end of the bank's processing day
		}
	}
	day := settlesOn.utc()
	return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, t.zone())
}
