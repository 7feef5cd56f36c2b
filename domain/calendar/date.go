package calendar

import (
	"cmp"
	"fmt"
	"time"
)

// Date is a civil day, for instance 2026-11-23. The zero Date means no date; it
// is written as an empty string. Dates compare with ==, and as text they sort
// by time.
type Date struct {
	day int32 // 1 is Monday 0001-01-01; 0 is none
}

const (
	isoLayout  = "2006-01-02"
	fileLayout = "060102"
	dayLength  = 24 * time.Hour
	unixDayOne = 719163 // 1970-01-01, counted as Date.day counts
)

// NewDate returns the day with the given year, month and day of the month.
// Overflow is carried as time.Date does: November 31 is December 1.
func NewDate(year int, month time.Month, day int) Date {
	return fromUTC(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf returns the civil day in New York at an instant.
func DateOf(t time.Time) Date {
	_, offset := t.In(Eastern).Zone() // in seconds
	return fromSeconds(t.Unix() + int64(offset))
}

// ParseDate reads YYYY-MM-DD. The error names the text and the form.
func ParseDate(text string) (Date, error) {
	if text == "" { // as in most orders; making an error takes longer
		return Date{}, errNoDate
	}
	t, err := time.Parse(isoLayout, text)
	if err != nil {
		return Date{}, fmt.Errorf(notISO, text)
	}
	if t.Year() == 0 {
		return Date{}, fmt.Errorf("%q is not a date: there is no year 0", text)
	}
	return fromUTC(t), nil
}

const notISO = "%q is not a date in the form YYYY-MM-DD"

var errNoDate = fmt.Errorf(notISO, "")

// ParseYYMMDD reads the six digits of a NACHA file, all of this century. The
// error names the text and the form.
func ParseYYMMDD(text string) (Date, error) {
	t, err := time.Parse(isoLayout, "20"+insertDashes(text))
	if err != nil {
		return Date{}, fmt.Errorf("%q is not a date in the form YYMMDD", text)
	}
	return fromUTC(t), nil
}

// insertDashes turns 261123 into 26-11-23. The two-digit year of time.Parse
// would read 69 to 99 as the last century, so ParseYYMMDD spells the century.
func insertDashes(text string) string {
	if len(text) != 6 {
		return text
	}
	return text[:2] + "-" + text[2:4] + "-" + text[4:]
}

func fromUTC(t time.Time) Date { return fromSeconds(t.Unix()) }

// fromSeconds returns the day of a number of seconds since 1970.
func fromSeconds(s int64) Date {
	const aDay = int64(dayLength / time.Second)
	day := s / aDay
	if s%aDay < 0 {
		day--
	}
	return Date{day: int32(day) + unixDayOne}
}

func (d Date) utc() time.Time {
	return time.Unix(int64(d.day-unixDayOne)*int64(dayLength/time.Second), 0).UTC()
}

// IsZero reports whether d is no date; encoding/json's omitzero calls it.
func (d Date) IsZero() bool { return d.day == 0 }

// Add returns the day n calendar days later, or earlier when n is negative.
func (d Date) Add(n int) Date { return Date{day: d.day + int32(n)} }

// Sub returns the number of calendar days from other to d.
func (d Date) Sub(other Date) int { return int(d.day - other.day) }

// Compare returns -1, 0 or +1 as d is before, equal to or after other.
func (d Date) Compare(other Date) int { return cmp.Compare(d.day, other.day) }

// Before reports whether d is an earlier day than other.
func (d Date) Before(other Date) bool { return d.day < other.day }

// After reports whether d is a later day than other.
func (d Date) After(other Date) bool { return d.day > other.day }

// Year returns the calendar year.
func (d Date) Year() int { return d.utc().Year() }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return time.Weekday((d.day%7 + 7) % 7) } // day 1 is a Monday

// At returns the instant of a wall clock time in New York on this day.
func (d Date) At(hour, minute int) time.Time {
	year, month, day := d.utc().Date()
	return time.Date(year, month, day, hour, minute, 0, 0, Eastern)
}

// String returns YYYY-MM-DD, or nothing for the zero Date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	text := d.utc().AppendFormat(make([]byte, 0, len(time.RFC3339)), time.RFC3339) // which is faster than any other layout
	return string(text[:len(text)-len("T00:00:00Z")])
}

// YYMMDD returns the date in the form of a NACHA file.
func (d Date) YYMMDD() string { return d.utc().Format(fileLayout) }

// MarshalText writes the date as String does, for JSON and for map keys.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote; an empty text is no date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}
