package calendar_test

import (
	"testing"
	"time"

	"github.com/rickar/cal/v2"
	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain/calendar"
)

// publishedClosures are the weekdays on which the Reserve Banks are closed,
// as the Federal Reserve System publishes them (K.8). A holiday on a Saturday
// has no line: nothing closes.
var publishedClosures = map[string]string{
	"2025-01-01": "New Year's Day",
	"2025-01-20": "Birthday of Martin Luther King, Jr.",
	"2025-02-17": "Washington's Birthday",
	"2025-05-26": "Memorial Day",
	"2025-06-19": "Juneteenth National Independence Day",
	"2025-07-04": "Independence Day",
	"2025-09-01": "Labor Day",
	"2025-10-13": "Columbus Day",
	"2025-11-11": "Veterans Day",
	"2025-11-27": "Thanksgiving Day",
	"2025-12-25": "Christmas Day",

	"2026-01-01": "New Year's Day",
	"2026-01-19": "Birthday of Martin Luther King, Jr.",
	"2026-02-16": "Washington's Birthday",
	"2026-05-25": "Memorial Day",
	"2026-06-19": "Juneteenth National Independence Day",
	"2026-09-07": "Labor Day",
	"2026-10-12": "Columbus Day",
	"2026-11-11": "Veterans Day",
	"2026-11-26": "Thanksgiving Day",
	"2026-12-25": "Christmas Day",

	"2027-01-01": "New Year's Day",
	"2027-01-18": "Birthday of Martin Luther King, Jr.",
	"2027-02-15": "Washington's Birthday",
	"2027-05-31": "Memorial Day",
	"2027-07-05": "Independence Day", // the fourth is a Sunday
	"2027-09-06": "Labor Day",
	"2027-10-11": "Columbus Day",
	"2027-11-11": "Veterans Day",
	"2027-11-25": "Thanksgiving Day",

	"2028-01-17": "Birthday of Martin Luther King, Jr.",
	"2028-02-21": "Washington's Birthday",
	"2028-05-29": "Memorial Day",
	"2028-06-19": "Juneteenth National Independence Day",
	"2028-07-04": "Independence Day",
	"2028-09-04": "Labor Day",
	"2028-10-09": "Columbus Day",
	"2028-11-23": "Thanksgiving Day",
	"2028-12-25": "Christmas Day",
}

func TestEveryDayOfFourYearsAgreesWithThePublishedHolidays(t *testing.T) {
	for day := on(t, "2025-01-01"); day.Year() <= 2028; day = day.Add(1) {
		name, closed := publishedClosures[day.String()]
		weekend := day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
		if got := calendar.IsBankingDay(day); got != (!closed && !weekend) {
			t.Errorf("%s, a %s: banking day %t", day, day.Weekday(), got)
		}
		if got, ok := calendar.Holiday(day); ok != closed || closed && got != name {
			t.Errorf("%s: holiday %q, closed %t; want %q", day, got, ok, name)
		}
	}
}

func TestBankingDaysAroundHolidays(t *testing.T) {
	for name, tt := range map[string]struct {
		day  string
		open bool
	}{
		"the Friday before a Saturday holiday is open":            {"2026-07-03", true},
		"the last Friday before a Saturday New Year is open":      {"2027-12-31", true},
		"the Monday after a Saturday holiday is open":             {"2026-07-06", true},
		"the Monday after a Sunday holiday is closed":             {"2027-07-05", false},
		"Juneteenth on a Sunday closes Monday":                    {"2022-06-20", false},
		"before 2021 there was no Juneteenth":                     {"2020-06-19", true},
		"the day after Thanksgiving is open":                      {"2026-11-27", true},
		"Inauguration Day 2025 is closed, for Martin Luther King": {"2025-01-20", false},
		"a day of mourning closes federal offices, not the Fed":   {"2025-01-09", true},
	} {
		t.Run(name, func(t *testing.T) {
			if got := calendar.IsBankingDay(on(t, tt.day)); got != tt.open {
				t.Errorf("IsBankingDay(%s) = %t", tt.day, got)
			}
		})
	}
}

// The library computes holidays in its DefaultLoc, which is the machine's
// zone. A server in Auckland and one in Honolulu must close on the same days.
func TestHolidaysDoNotDependOnTheMachinesZone(t *testing.T) {
	defer func(was *time.Location) { cal.DefaultLoc = was }(cal.DefaultLoc)
	years := 2400 // years nobody has asked about yet, so that nothing is remembered
	var want []int
	for _, zone := range []string{"UTC", "Pacific/Auckland", "Pacific/Honolulu", "America/New_York"} {
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		cal.DefaultLoc = location
		var closed []int
		first := calendar.NewDate(years, 1, 1)
		for day := first; day.Year() == years; day = day.Add(1) {
			if !calendar.IsBankingDay(day) {
				closed = append(closed, day.Sub(first))
			}
		}
		if want == nil {
			want = closed
		}
		if len(closed) != len(want) {
			t.Fatalf("%s closes %d days of a year, want %d", zone, len(closed), len(want))
		}
		for i := range want {
			if closed[i] != want[i] {
				t.Fatalf("%s closes day %d, want day %d", zone, closed[i], want[i])
			}
		}
		years += 400 // the calendar repeats itself after 400 years
	}
}

func TestNeighbouringBankingDays(t *testing.T) {
	for _, tt := range []struct{ story, day, orAfter, next, orBefore, previous string }{
		{"in the middle of a week", "2026-11-18", "2026-11-18", "2026-11-19", "2026-11-18", "2026-11-17"},
		{"on a Friday", "2026-11-20", "2026-11-20", "2026-11-23", "2026-11-20", "2026-11-19"},
		{"on a Saturday", "2026-11-21", "2026-11-23", "2026-11-23", "2026-11-20", "2026-11-20"},
		{"on Thanksgiving", "2026-11-26", "2026-11-27", "2026-11-27", "2026-11-25", "2026-11-25"},
		{"before a long weekend", "2027-07-02", "2027-07-02", "2027-07-06", "2027-07-02", "2027-07-01"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			day := on(t, tt.day)
			got := [4]string{
				calendar.OnOrAfter(day).String(), calendar.NextBankingDay(day).String(),
				calendar.OnOrBefore(day).String(), calendar.PreviousBankingDay(day).String(),
			}
			if want := [4]string{tt.orAfter, tt.next, tt.orBefore, tt.previous}; got != want {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestAddBankingDaysCountsTheDaysThatAreOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := calendar.NewDate(2025, 1, 1).Add(rapid.IntRange(0, 1400).Draw(t, "day"))
		n := rapid.IntRange(-60, 60).Draw(t, "n")
		got := calendar.AddBankingDays(day, n)
		if n == 0 {
			if got != day {
				t.Fatalf("no banking days after %s is %s", day, got)
			}
			return
		}
		if !calendar.IsBankingDay(got) {
			t.Fatalf("%s plus %d is %s, not a banking day", day, n, got)
		}
		step, open := n/max(n, -n), 0
		for d := day; d != got; {
			d = d.Add(step)
			if calendar.IsBankingDay(d) {
				open++
			}
		}
		if open != max(n, -n) {
			t.Fatalf("from %s to %s are %d banking days, want %d", day, got, open, n)
		}
		if calendar.IsBankingDay(day) && calendar.AddBankingDays(got, -n) != day {
			t.Fatalf("%s plus %d and back is %s", day, n, calendar.AddBankingDays(got, -n))
		}
	})
}
