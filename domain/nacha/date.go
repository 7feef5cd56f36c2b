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
	month, day := time.Month(two(s[2:])), two(s[4:])
	d := time.Date(2000+two(s), month, day, 0, 0, 0, 0, time.UTC)
	if d.Month() != month || d.Day() != day { // it would be a day of another month
		return time.Time{}, fmt.Errorf("%s is not a day", s)
	}
	return d, nil
}

// validTime reports whether s is HHMM on a 24-hour clock.
func validTime(s string) bool {
	return len(s) == 4 && digits(s) && two(s) < 24 && two(s[2:]) < 60
}

func two(s string) int { return int(s[0]-'0')*10 + int(s[1]-'0') }
