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
		if got := rules.SameDayLimitCents(on(t, day)); got != want {
			t.Errorf("limit on %s is %d cents, want %d", day, got, want)
		}
	}
}

// rules are the terms of a bank without any of its own.
var rules *calendar.Terms

func TestALimitThatIsNotConfirmedWarnsUntilABankNamesIt(t *testing.T) {
	const cents = 5_000_000_00
	for day, said := range map[string]bool{"2027-09-16": false, "2027-09-17": true} {
		ok, why := rules.SameDayEligible("CCD", calendar.Credit, cents, on(t, day))
		if ok || strings.Contains(why, "not confirmed") != said || !strings.Contains(why, "$1,000,000") {
			t.Errorf("on %s: %t, %q", day, ok, why)
		}
	}
	bank := &calendar.Terms{OwnSameDayLimitCents: 10_000_000_00}
	if ok, why := bank.SameDayEligible("CCD", calendar.Credit, cents, on(t, "2027-09-17")); !ok {
		t.Errorf("its bank takes it: %s", why)
	}
	if ok, why := bank.SameDayEligible("CCD", calendar.Credit, 10_000_000_01, on(t, "2027-09-17")); ok || !strings.Contains(why, "$10,000,000") {
		t.Errorf("it is over the bank's limit: %q", why)
	}
	// The door's forecast and the cut ask the same.
	for terms, want := range map[*calendar.Terms]bool{nil: false, bank: true} {
		d := calendar.Effective(at(t, "2027-09-17 09:00"), calendar.Request{SameDay: true, SEC: "CCD", Kind: calendar.Credit, AmountCents: cents, Bank: terms})
		if d.SameDay != want || (d.NotSameDay == "") != want {
			t.Errorf("%+v", d)
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
			ok, why := rules.SameDayEligible(tt.sec, tt.kind, tt.cents, on(t, tt.day))
			if ok != (tt.why == "") || !strings.Contains(why, tt.why) || ok && why != "" {
				t.Errorf("eligible %t, %q; want reason %q", ok, why, tt.why)
			}
		})
	}
}
