package calendar_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/calendar"
)

func TestSameDayLimits(t *testing.T) {
	for day, want := range map[string]int64{
		"2016-09-22": 0,
		"2016-09-23": 25_000_00,
		"2020-03-19": 25_000_00,
		"2020-03-20": 100_000_00,
		"2022-03-17": 100_000_00,
		"2022-03-18": 1_000_000_00,
		"2026-11-20": 1_000_000_00,
	} {
		if got := calendar.SameDayLimitCents(on(t, day)); got != want {
			t.Errorf("limit on %s is %d cents, want %d", day, got, want)
		}
	}
}

func TestSameDayEligible(t *testing.T) {
	for _, tt := range []struct {
		story string
		sec   string
		kind  calendar.Kind
		cents int64
		day   string
		why   string // empty: eligible
	}{
		{"a debit at the limit", "CCD", calendar.Debit, 1_000_000_00, "2026-11-20", ""},
		{"a prenote", "PPD", calendar.Credit, 0, "2026-11-20", ""},
		{"a cent too much", "CCD", calendar.Credit, 1_000_000_01, "2026-11-20", "$1,000,000"},
		{"under the limit of another year", "CCD", calendar.Credit, 100_000_01, "2022-03-17", "$100,000"},
		{"international", "IAT", calendar.Credit, 1_00, "2026-11-20", "IAT"},
		{"an enrollment", "ENR", calendar.Credit, 0, "2026-11-20", "ENR"},
		{"a debit in the year of credits", "PPD", calendar.Debit, 1_00, "2017-09-14", "debits could not"},
		{"a credit in the year of credits", "PPD", calendar.Credit, 1_00, "2017-09-14", ""},
		{"the first debit", "PPD", calendar.Debit, 1_00, "2017-09-15", ""},
		{"before its time", "PPD", calendar.Credit, 1_00, "2016-09-22", "no same-day ACH"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			ok, why := calendar.SameDayEligible(tt.sec, tt.kind, tt.cents, on(t, tt.day))
			if ok != (tt.why == "") || !strings.Contains(why, tt.why) || ok && why != "" {
				t.Errorf("eligible %t, %q; want reason %q", ok, why, tt.why)
			}
		})
	}
}
