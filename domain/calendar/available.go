package calendar

import "time"

// AvailableBy returns when the receiver of a credit must have the money: at
// 9:00 local time of the settlement day or, for a same-day entry, at the time
// that belongs to the window in which it was processed. Made is when the
// operator made the file with the entry; zero if unknown. The result is zero
// before the rule is in force. Source: NACHA Operating Rules, availability of
// credits; Same Day ACH.
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
