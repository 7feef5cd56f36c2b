package calendar_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain/calendar"
)

func TestProcessingDay(t *testing.T) {
	for _, tt := range []struct{ story, at, want string }{
		{"a working morning", "2026-11-17 10:00", "2026-11-17"},
		{"late in the evening", "2026-11-17 23:45", "2026-11-17"},
		{"after midnight it is still yesterday's", "2026-11-18 01:30", "2026-11-17"},
		{"a minute before it closes", "2026-11-18 02:14", "2026-11-17"},
		{"as it closes", "2026-11-18 02:15", "2026-11-18"},
		{"between the days", "2026-11-18 02:45", "2026-11-18"},
		{"as it opens", "2026-11-18 03:00", "2026-11-18"},
		{"Friday's ends on Saturday", "2026-11-21 02:00", "2026-11-20"},
		{"a Saturday afternoon belongs to Monday", "2026-11-21 15:00", "2026-11-23"},
		{"a Sunday night belongs to Monday", "2026-11-23 01:00", "2026-11-23"},
		{"the night before Thanksgiving", "2026-11-26 01:00", "2026-11-25"},
		{"Thanksgiving at noon", "2026-11-26 12:00", "2026-11-27"},
		{"the night after Thanksgiving", "2026-11-27 01:00", "2026-11-27"},
		{"the Friday before a Saturday holiday", "2026-07-03 12:00", "2026-07-03"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			if got := calendar.ProcessingDay(at(t, tt.at)).String(); got != tt.want {
				t.Errorf("%s belongs to %s, want %s", tt.at, got, tt.want)
			}
		})
	}
}

func TestTheSixDeadlinesOfADay(t *testing.T) {
	want := []struct {
		at, settles string
		sameDay     bool
	}{
		{"2026-11-25 10:30", "2026-11-25 13:00", true},
		{"2026-11-25 14:45", "2026-11-25 17:00", true},
		{"2026-11-25 16:45", "2026-11-25 18:00", true},
		{"2026-11-25 20:00", "2026-11-27 08:30", false}, // Thursday is Thanksgiving
		{"2026-11-25 22:45", "2026-11-27 08:30", false},
		{"2026-11-26 02:15", "2026-11-27 08:30", false},
		{"2026-11-27 10:30", "2026-11-27 13:00", true},
	}
	got := calendar.NextDeadlines(at(t, "2026-11-25 03:00"), len(want))
	for i, w := range want {
		d := got[i]
		if !d.At.Equal(at(t, w.at)) || !d.SettlesAt.Equal(at(t, w.settles)) || d.SameDay != w.sameDay {
			t.Errorf("deadline %d is %+v, want %+v", i, d, w)
		}
		if d.SettlesOn != calendar.DateOf(d.SettlesAt) || d.Day != calendar.ProcessingDay(d.At.Add(-time.Minute)) || d.Name == "" {
			t.Errorf("deadline %d does not agree with itself: %+v", i, d)
		}
	}
}

func TestADeadlineIsMissedAtItsStroke(t *testing.T) {
	before := calendar.NextDeadlines(at(t, "2026-11-18 16:45").Add(-time.Nanosecond), 1)[0]
	stroke := calendar.NextDeadlines(at(t, "2026-11-18 16:45"), 1)[0]
	if !before.At.Equal(at(t, "2026-11-18 16:45")) || !stroke.At.Equal(at(t, "2026-11-18 20:00")) {
		t.Errorf("just before 16:45 the next is %s, at 16:45 it is %s", before.At, stroke.At)
	}
	if none := calendar.NextDeadlines(before.At, 0); len(none) != 0 {
		t.Errorf("asked for none, got %d", len(none))
	}
}

// Summer time begins on Sunday 2026-03-08 and ends on Sunday 2026-11-01. The
// wall clock of the deadlines stays, their distance to UTC changes.
func TestDeadlinesKeepTheirWallClockThroughSummerTime(t *testing.T) {
	for _, tt := range []struct{ story, now, firstUTC string }{
		{"the Friday before summer time", "2026-03-06 09:00", "2026-03-06T15:30:00Z"},
		{"the Sunday it begins", "2026-03-08 12:00", "2026-03-09T14:30:00Z"},
		{"the Friday before winter time", "2026-10-30 09:00", "2026-10-30T14:30:00Z"},
		{"the Sunday it ends", "2026-11-01 12:00", "2026-11-02T15:30:00Z"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			d := calendar.NextDeadlines(at(t, tt.now), 1)[0]
			if got := d.At.UTC().Format(time.RFC3339); got != tt.firstUTC {
				t.Errorf("first deadline after %s is %s, want %s", tt.now, got, tt.firstUTC)
			}
		})
	}
}

func TestAnInstantAndItsNextDeadlineShareTheirProcessingDay(t *testing.T) {
	first := at(t, "2025-01-01 00:00")
	rapid.Check(t, func(t *rapid.T) {
		now := first.Add(time.Duration(rapid.IntRange(0, 4*366*24*60).Draw(t, "minute")) * time.Minute)
		next := calendar.NextDeadlines(now, 13)
		if next[0].Day != calendar.ProcessingDay(now) {
			t.Fatalf("%s belongs to %s, its next deadline to %s", now, calendar.ProcessingDay(now), next[0].Day)
		}
		for i, d := range next {
			if !d.At.After(now) || i > 0 && !d.At.After(next[i-1].At) || !d.SettlesAt.After(d.At) || !calendar.IsBankingDay(d.SettlesOn) {
				t.Fatalf("deadline %d after %s is %+v", i, now, d)
			}
		}
	})
}
