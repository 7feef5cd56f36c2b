package projections

import (
	"fmt"
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

// Rows hold instants as unix microseconds and days of New York as the number
// YYYYMMDD, 20261121, because numbers are small and compare as days do.

// micros converts an instant to its form in rows; the zero time is 0.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant is the inverse of micros.
func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}

// dayOf returns the New York day of an instant in unix microseconds; 0 for
// none.
func dayOf(at int64) int64 {
	if at == 0 {
		return 0
	}
	return civil(time.UnixMicro(at).In(calendar.Eastern).Date())
}

// dayRange parses a filter's days; an empty one is unbounded.
func dayRange(from, to string) (first, last int64, err error) {
	first, last = 0, 9999_12_31
	if from != "" {
		if first, err = parseDay(from); err != nil {
			return 0, 0, err
		}
	}
	if to != "" {
		if last, err = parseDay(to); err != nil {
			return 0, 0, err
		}
	}
	return first, last, nil
}

func parseDay(text string) (int64, error) {
	date, err := calendar.ParseDate(text)
	if err != nil {
		return 0, err
	}
	return dayNumber(date), nil
}

// dayNumber converts a day to its form in rows.
func dayNumber(d calendar.Date) int64 {
	return civil(d.At(12, 0).Date())
}

func civil(year int, month time.Month, day int) int64 {
	return int64(year)*10_000 + int64(month)*100 + int64(day)
}

// isoDate converts the YYMMDD of a file to YYYY-MM-DD; "" for an invalid date.
func isoDate(yymmdd string) string {
	if len(yymmdd) != 6 {
		return ""
	}
	return fmt.Sprintf("20%s-%s-%s", yymmdd[:2], yymmdd[2:4], yymmdd[4:])
}
