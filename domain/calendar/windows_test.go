package calendar_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/calendar"
)

func TestParseWindows(t *testing.T) {
	for _, tt := range []struct {
		story string
		texts []string
		want  string
		err   string
	}{
		{"in the order of the day", []string{"22:30", "00:00", "10:15"}, "[00:00 10:15 22:30]", ""},
		{"none", []string{}, "[]", ""},
		{"the last minute", []string{"23:59"}, "[23:59]", ""},
		{"twice", []string{"10:15", "10:15"}, "", `window "10:15" is given twice`},
		{"midnight the other way", []string{"24:00"}, "", `window "24:00" is not a time of day`},
		{"one digit", []string{"9:15"}, "", "form HH:MM"},
		{"with seconds", []string{"09:15:00"}, "", "form HH:MM"},
		{"twelve hours", []string{"10:15 pm"}, "", "form HH:MM"},
		{"empty", []string{""}, "", "form HH:MM"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			windows, err := calendar.ParseWindows(tt.texts)
			if tt.err == "" && (err != nil || fmt.Sprint(windows) != tt.want) {
				t.Errorf("got %v, %v; want %s", windows, err, tt.want)
			}
			if tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("got %v, want %q", err, tt.err)
			}
		})
	}
}

func TestTheLastWindowAndTheNext(t *testing.T) {
	for _, tt := range []struct{ story, now, last, next string }{
		{"between two", "2026-11-17 12:00", "2026-11-17 10:15", "2026-11-17 14:30"},
		{"at its minute it has come", "2026-11-17 14:30", "2026-11-17 14:30", "2026-11-17 16:30"},
		{"a minute before", "2026-11-17 14:29", "2026-11-17 10:15", "2026-11-17 14:30"},
		{"in the morning the last was yesterday", "2026-11-17 06:00", "2026-11-16 22:30", "2026-11-17 10:15"},
		{"at the weekend", "2026-11-21 12:00", "2026-11-20 22:30", "2026-11-23 10:15"},
		{"on Thanksgiving", "2026-11-26 12:00", "2026-11-25 22:30", "2026-11-27 10:15"},
		{"on a Saturday holiday's Friday", "2026-07-03 12:00", "2026-07-03 10:15", "2026-07-03 14:30"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			windows := calendar.DefaultWindows()
			last, ok := calendar.LastWindow(at(t, tt.now), windows)
			if !ok || !last.Equal(at(t, tt.last)) {
				t.Errorf("last window is %s, %t; want %s", last, ok, tt.last)
			}
			next, ok := calendar.NextWindow(at(t, tt.now), windows)
			if !ok || !next.Equal(at(t, tt.next)) {
				t.Errorf("next window is %s, %t; want %s", next, ok, tt.next)
			}
		})
	}
}

func TestAClientWithoutWindowsHasNone(t *testing.T) {
	if next, ok := calendar.NextWindow(at(t, "2026-11-17 12:00"), nil); ok {
		t.Errorf("next is %s", next)
	}
	if last, ok := calendar.LastWindow(at(t, "2026-11-17 12:00"), nil); ok {
		t.Errorf("last is %s", last)
	}
}

func TestDefaultWindowsLeaveTimeBeforeTheirDeadlines(t *testing.T) {
	now := at(t, "2026-11-17 03:00")
	for range calendar.DefaultWindows() {
		now, _ = calendar.NextWindow(now, calendar.DefaultWindows())
		if left := calendar.NextDeadlines(now, 1)[0].At.Sub(now); left.Minutes() != 15 {
			t.Errorf("%s leaves %s", now, left)
		}
	}
}
