package calendar_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/calendar"
)

func TestValidEffective(t *testing.T) {
	const wednesday = "2026-11-25" // Thursday is Thanksgiving
	for _, tt := range []struct {
		story  string
		date   string
		credit bool
		err    string // part of it; empty: valid
	}{
		{"a debit one banking day ahead", "2026-11-27", false, ""},
		{"a debit two banking days ahead", "2026-11-30", false, "a debit processed on 2026-11-25 may be dated 2026-11-27 at the latest"},
		{"a credit two banking days ahead", "2026-11-30", true, ""},
		{"a credit three banking days ahead", "2026-12-01", true, "a credit processed on 2026-11-25 may be dated 2026-11-30 at the latest"},
		{"the processing day itself is same day", wednesday, false, ""},
		{"the day before", "2026-11-24", true, "has passed"},
		{"the holiday counts as the day after", "2026-11-26", false, ""},
		{"Saturday counts as Monday, fine for a credit", "2026-11-28", true, ""},
		{"Saturday counts as Monday, too far for a debit", "2026-11-28", false, "too far ahead"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			err := calendar.ValidEffective(on(t, tt.date), on(t, wednesday), tt.credit)
			if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("got %v, want %q", err, tt.err)
			}
		})
	}
}

func TestAFileForSundayUploadedOnSundayIsForMonday(t *testing.T) {
	sunday := on(t, "2026-11-22")
	if err := calendar.ValidEffective(sunday, calendar.ProcessingDay(at(t, "2026-11-22 12:00")), false); err != nil {
		t.Error(err)
	}
}

var fedACH *calendar.Terms // no terms of a bank's own

func TestLastDeadline(t *testing.T) {
	for _, tt := range []struct {
		story, date string
		sameDay     bool
		want        string
	}{
		{"standard for Tuesday", "2026-11-24", false, "2026-11-24 02:15"},
		{"standard for Monday leaves by Saturday morning", "2026-11-23", false, "2026-11-21 02:15"},
		{"standard after Thanksgiving leaves by its morning", "2026-11-27", false, "2026-11-26 02:15"},
		{"standard for Thanksgiving means the day after", "2026-11-26", false, "2026-11-26 02:15"},
		{"same day", "2026-11-24", true, "2026-11-24 16:45"},
		{"same day on Saturday means Monday", "2026-11-21", true, "2026-11-23 16:45"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			if got := fedACH.LastDeadline(on(t, tt.date), tt.sameDay, 1); !got.Equal(at(t, tt.want)) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
