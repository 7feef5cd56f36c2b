package calendar

import "time"

// IsBankingDay reports whether the Reserve Banks process and settle ACH on a
// day. Since 2026-01-01 the NACHA Operating Rules mean the operator's open
// days, not the bank's own, when they say banking day.
func IsBankingDay(day Date) bool {
	if weekend(day) {
		return false
	}
	_, closed := Holiday(day)
	return !closed
}

func weekend(day Date) bool {
	weekday := day.Weekday()
	return weekday == time.Saturday || weekday == time.Sunday
}

// OnOrAfter returns the day itself when it is a banking day, else the next one.
func OnOrAfter(day Date) Date {
	for !IsBankingDay(day) {
		day = day.Add(1)
	}
	return day
}

// OnOrBefore returns the day itself when it is a banking day, else the last
// one before it.
func OnOrBefore(day Date) Date {
	for !IsBankingDay(day) {
		day = day.Add(-1)
	}
	return day
}

// NextBankingDay returns the first banking day after a day, never the day
// itself.
func NextBankingDay(after Date) Date { return OnOrAfter(after.Add(1)) }

// PreviousBankingDay returns the last banking day before a day, never the day
// itself.
func PreviousBankingDay(before Date) Date { return OnOrBefore(before.Add(-1)) }

// AddBankingDays counts n banking days on from a day, or back when n is
// negative. The day itself is not counted, whether it is a banking day or
// not, and n = 0 returns it unchanged.
func AddBankingDays(day Date, n int) Date {
	for ; n > 0; n-- {
		day = NextBankingDay(day)
	}
	for ; n < 0; n++ {
		day = PreviousBankingDay(day)
	}
	return day
}
