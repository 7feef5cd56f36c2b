package nacha

import (
	"fmt"
	"time"
)

// ParseDate reads YYMMDD strictly: six digits and a day that exists. Years
// are 2000 to 2099; the result is midnight UTC and means the day alone.
func ParseDate(s string) (time.Time, error) {
	if len(s) != 6 || !digits(s) {
		return time.Time{}, fmt.Errorf("date must be six digits, YYMMDD")
	}
	d := time.Date(2000+two(s), time.Month(two(s[2:])), two(s[4:]), 0, 0, 0, 0, time.UTC)
	if FormatDate(d) != s {
		return time.Time{}, fmt.Errorf("%s is not a day", s)
	}
	return d, nil
}

// FormatDate writes YYMMDD.
func FormatDate(d time.Time) string { return d.Format("060102") }

// validTime reports whether s is HHMM on a 24-hour clock.
func validTime(s string) bool {
	return len(s) == 4 && digits(s) && two(s) < 24 && two(s[2:]) < 60
}

func two(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }

// FormatJulian writes the day of the year in three digits, as the operator
// stamps settlement.
func FormatJulian(d time.Time) string { return fmt.Sprintf("%03d", d.YearDay()) }

// ResolveJulian turns a settlement day, 001 to 366 without a year, into the
// date nearest to when the file was created: 002 in a file of late December
// is next January, 365 in one of early January is last December. It refuses
// days that exist in none of the three years around.
func ResolveJulian(day string, created time.Time) (time.Time, error) {
	n, ok := number(day)
	if len(day) != 3 || !ok || n < 1 || n > 366 {
		return time.Time{}, fmt.Errorf("settlement day must be 001 to 366")
	}
	var best time.Time
	for year := created.Year() - 1; year <= created.Year()+1; year++ {
		d := time.Date(year, time.January, int(n), 0, 0, 0, 0, time.UTC)
		if d.Year() != year { // 366 outside a leap year
			continue
		}
		if best.IsZero() || apart(d, created) < apart(best, created) {
			best = d
		}
	}
	if best.IsZero() {
		return time.Time{}, fmt.Errorf("day %s exists in no year near %s", day, FormatDate(created))
	}
	return best, nil
}

func apart(a, b time.Time) time.Duration { return max(a.Sub(b), b.Sub(a)) }
