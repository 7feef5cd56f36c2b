package calendar_test

import (
	"testing"
	"time"

	"github.com/achledger/achledger/domain/calendar"
)

func TestACreditIsAvailableInTheMorningUnlessItSettlesTheSameDay(t *testing.T) {
	west := &calendar.Terms{TimeZone: "America/Los_Angeles"}
	for story, tt := range map[string]struct {
		bank          *calendar.Terms
		settles, made string
		want          string
	}{
		"sent the evening before":      {nil, "2026-11-23", "2026-11-20 22:10", "2026-11-23 09:00"},
		"sent that morning at six":     {nil, "2026-11-23", "2026-11-23 06:00", "2026-11-23 09:00"},
		"nobody knows when":            {nil, "2026-11-23", "", "2026-11-23 09:00"},
		"the local time is the bank's": {west, "2026-11-23", "2026-11-20 22:10", "2026-11-23 12:00"},
		"the first same-day window":    {nil, "2026-11-23", "2026-11-23 12:00", "2026-11-23 13:30"},
		"the second":                   {nil, "2026-11-23", "2026-11-23 16:00", "2026-11-23 17:00"},
		"the last":                     {nil, "2026-11-23", "2026-11-23 17:30", "2026-11-24 00:00"},
		"the first day of the rule":    {nil, "2026-09-18", "2026-09-17 22:10", "2026-09-18 09:00"},
		"the day before it":            {nil, "2026-09-17", "2026-09-16 22:10", ""},
	} {
		var made, want time.Time
		if tt.made != "" {
			made = at(t, tt.made)
		}
		if tt.want != "" {
			want = at(t, tt.want)
		}
		if got := tt.bank.AvailableBy(on(t, tt.settles), made); !got.Equal(want) {
			t.Errorf("%s: %s, want %s", story, got, want)
		}
	}
}

func TestARuleHoldsFromItsDayOn(t *testing.T) {
	for _, r := range calendar.DatedRules() {
		if r.Says == "" || r.Source == "" || r.From.IsZero() {
			t.Errorf("%s is incomplete: %+v", r.Rule, r)
		}
		if r.Rule.Holds(r.From.Add(-1)) || r.Rule.Holds(r.From) == r.Unconfirmed {
			t.Errorf("%s does not begin on %s", r.Rule, r.From)
		}
	}
}
