package calendar_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain/calendar"
)

func TestASettlementDayIsTheBankingDayNearestTheFile(t *testing.T) {
	for _, tt := range []struct{ story, julian, near, want string }{
		{"this year", "327", "2026-11-20", "2026-11-23"},
		{"January against a late December file", "004", "2026-12-30", "2027-01-04"},
		{"December against an early January file", "365", "2027-01-04", "2026-12-31"},
		{"day 366 of a leap year", "366", "2028-12-28", "2028-12-31"},
		{"day 366 seen in January after a leap year", "366", "2029-01-02", "2028-12-31"},
		{"day 366 far from a leap year", "366", "2026-12-28", ""},
		{"zero", "000", "2026-11-20", ""},
		{"beyond the year", "999", "2026-11-20", ""},
		{"two digits", "27", "2026-11-20", ""},
		{"signed", "+27", "2026-11-20", ""},
		{"blank, as it is sent", "   ", "2026-11-20", ""},
	} {
		t.Run(tt.story, func(t *testing.T) {
			got, err := calendar.SettlementFromJulian(tt.julian, on(t, tt.near))
			if got.String() != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}

func TestAJulianDayFindsItsWayBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		created := calendar.NewDate(2024, 1, 1).Add(rapid.IntRange(0, 3000).Draw(t, "created"))
		settles := created.Add(rapid.IntRange(-180, 180).Draw(t, "settles"))
		got, err := calendar.SettlementFromJulian(settles.Julian(), created)
		if err != nil || got != settles {
			t.Fatalf("%s near %s is %s, %v; want %s", settles.Julian(), created, got, err, settles)
		}
	})
}
