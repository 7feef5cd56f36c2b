package calendar

import (
	"fmt"
	"strconv"
	"time"
)

// Julian returns the day of the year as the three digits of a settlement
// date, 001 to 366.
func (d Date) Julian() string { return fmt.Sprintf("%03d", d.utc().YearDay()) }

// SettlementFromJulian converts the three digits of a settlement date, which
// have no year: it returns the matching day closest to near, the file's
// creation date. So 002 in a file of late December is in next January. It
// returns an error if the digits are no day of near's year, the year before or
// the year after, such as 366 if none of them is a leap year.
func SettlementFromJulian(julian string, near Date) (Date, error) {
	ordinal, err := strconv.ParseUint(julian, 10, 16)
	if err != nil || len(julian) != 3 {
		return Date{}, fmt.Errorf("%q is not a Julian day from 001 to 366", julian)
	}
	var nearest Date
	for year := near.Year() - 1; year <= near.Year()+1; year++ {
		day := NewDate(year, time.January, int(ordinal))
		if day.Year() != year {
			continue // day 366 of a year with 365
		}
		if nearest.IsZero() || distance(day, near) < distance(nearest, near) {
			nearest = day
		}
	}
	if nearest.IsZero() {
		return Date{}, fmt.Errorf("Julian day %s is in none of the years around %s", julian, near)
	}
	return nearest, nil
}

func distance(a, b Date) int { return max(a.Sub(b), b.Sub(a)) }
