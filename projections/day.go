package projections

import (
	"fmt"
	"sync/atomic"
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

// today caches the newest day that was computed: successive events are mostly
// of the same day, and a time zone lookup is slow.
var today atomic.Pointer[span]

type span struct{ from, until, day int64 }

// dayOf returns the New York day of an instant in unix microseconds; 0 for
// none.
func dayOf(at int64) int64 {
	if at == 0 {
		return 0
	}
	if s := today.Load(); s != nil && s.from <= at && at < s.until {
		return s.day
	}
	day := calendar.DateOf(time.UnixMicro(at))
	s := span{from: day.At(0, 0).UnixMicro(), until: day.Add(1).At(0, 0).UnixMicro(), day: dayNumber(day)}
	today.Store(&s)
	return s.day
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
	year, month, day := d.At(12, 0).Date()
	return int64(year)*10_000 + int64(month)*100 + int64(day)
}

// isoDate converts the YYMMDD of a file to YYYY-MM-DD; "" for an invalid date.
func isoDate(yymmdd string) string {
	if len(yymmdd) != 6 {
		return ""
	}
	return fmt.Sprintf("20%s-%s-%s", yymmdd[:2], yymmdd[2:4], yymmdd[4:])
}
