package calendar_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/domain/calendar"
)

// In these tables Monday is 2026-11-23 and Thursday 2026-11-26 Thanksgiving.
func TestAnEntryIsDatedForTheNextWindowThatTakesIt(t *testing.T) {
	for _, tt := range []struct {
		story       string
		now         string
		asked       string
		effectiveOn string
		dueAt       string // empty: due now
		moved       string // part of the reason
	}{
		{"no date, in the morning: tomorrow", "2026-11-17 09:00", "", "2026-11-18", "", ""},
		{"no date, before the last deadline: tomorrow", "2026-11-17 23:30", "", "2026-11-18", "", ""},
		{"no date, after midnight: still this morning", "2026-11-18 01:00", "", "2026-11-18", "", ""},
		{"no date, between the processing days: the day after", "2026-11-18 02:30", "", "2026-11-19", "", ""},
		{"no date, Friday: Monday", "2026-11-20 15:00", "", "2026-11-23", "", ""},
		{"no date, Saturday before the last deadline: Monday", "2026-11-21 01:00", "", "2026-11-23", "", ""},
		{"no date, Saturday: the file leaves on Monday, so Tuesday", "2026-11-21 12:00", "", "2026-11-24", "", ""},
		{"no date, before Thanksgiving: after it", "2026-11-25 15:00", "", "2026-11-27", "", ""},

		{"next Tuesday waits until Monday", "2026-11-18 09:00", "2026-11-24", "2026-11-24", "2026-11-23 03:00", ""},
		{"on Sunday it still waits", "2026-11-22 23:59", "2026-11-24", "2026-11-24", "2026-11-23 03:00", ""},
		{"on Monday at 02:59 it still waits", "2026-11-23 02:59", "2026-11-24", "2026-11-24", "2026-11-23 03:00", ""},
		{"on Monday at 03:00 it is due", "2026-11-23 03:00", "2026-11-24", "2026-11-24", "", ""},
		{"on Monday evening it is due", "2026-11-23 22:00", "2026-11-24", "2026-11-24", "", ""},
		{"in Monday's last hour it is due", "2026-11-24 02:00", "2026-11-24", "2026-11-24", "", ""},
		{"Friday after Thanksgiving is due on Wednesday", "2026-11-24 12:00", "2026-11-27", "2026-11-27", "2026-11-25 03:00", ""},

		{"a holiday becomes the next banking day", "2026-11-18 09:00", "2026-11-26", "2026-11-27", "2026-11-25 03:00", "2026-11-26 is Thanksgiving Day: moved to the next banking day, 2026-11-27"},
		{"a holiday, asked for the day before", "2026-11-25 09:00", "2026-11-26", "2026-11-27", "", "Thanksgiving Day"},
		{"a Saturday becomes Monday", "2026-11-18 09:00", "2026-11-21", "2026-11-23", "2026-11-20 03:00", "2026-11-21 is a Saturday: moved to the next banking day, 2026-11-23"},

		{"a date in the past is dated again", "2026-11-18 09:00", "2026-11-16", "2026-11-19", "", "2026-11-16 has passed: dated again for 2026-11-19"},
		{"today's morning settlement has gone", "2026-11-18 09:00", "2026-11-18", "2026-11-19", "", "the last deadline to settle on the morning of 2026-11-18 has passed"},
		{"a minute after the last deadline", "2026-11-24 02:15", "2026-11-24", "2026-11-25", "", "the last deadline to settle on the morning of 2026-11-24 has passed"},
		{"last Saturday meant Monday, whose files have left", "2026-11-23 09:00", "2026-11-21", "2026-11-24", "", "the last deadline to settle on the morning of 2026-11-23 has passed"},
		{"a past date at the weekend need not wait for Monday", "2026-11-21 12:00", "2026-11-18", "2026-11-24", "", "2026-11-18 has passed"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			want := calendar.Request{SEC: "PPD", Kind: calendar.Debit, AmountCents: 5000_25}
			if tt.asked != "" {
				want.AskedOn = on(t, tt.asked)
			}
			now := at(t, tt.now)
			got := calendar.Effective(now, want)
			dueAt := now
			if tt.dueAt != "" {
				dueAt = at(t, tt.dueAt)
			}
			if got.EffectiveOn.String() != tt.effectiveOn || !got.DueAt.Equal(dueAt) || got.Due != (tt.dueAt == "") {
				t.Errorf("effective %s, due %t at %s; want %s, due at %s", got.EffectiveOn, got.Due, got.DueAt, tt.effectiveOn, dueAt)
			}
			if !strings.Contains(got.Moved, tt.moved) || (got.Moved == "") != (tt.moved == "") {
				t.Errorf("reason %q, want %q", got.Moved, tt.moved)
			}
			if got.SettlesOn != got.EffectiveOn || !got.SettlesAt.Equal(got.SettlesOn.At(8, 30)) || got.SameDay || got.NotSameDay != "" {
				t.Errorf("a standard entry settles at 08:30 of its date: %+v", got)
			}
		})
	}
}

func TestEffectiveSameDay(t *testing.T) {
	debit := calendar.Request{SameDay: true, SEC: "WEB", Kind: calendar.Debit, AmountCents: 1_000_000_00}
	with := func(change func(*calendar.Request)) calendar.Request {
		r := debit
		change(&r)
		return r
	}
	for _, tt := range []struct {
		story       string
		now         string
		want        calendar.Request
		effectiveOn string
		settlesAt   string
		notSameDay  string // part of the reason
		moved       string
	}{
		{"the first window", "2026-11-17 10:29", debit, "2026-11-17", "2026-11-17 13:00", "", ""},
		{"the second window", "2026-11-17 10:30", debit, "2026-11-17", "2026-11-17 17:00", "", ""},
		{"the third window", "2026-11-17 16:44", debit, "2026-11-17", "2026-11-17 18:00", "", ""},
		{"a minute late", "2026-11-17 16:45", debit, "2026-11-18", "2026-11-18 08:30", "16:45", ""},
		{"after midnight this morning comes sooner", "2026-11-18 01:00", debit, "2026-11-18", "2026-11-18 08:30", "the last same-day deadline of 2026-11-17", ""},
		{"between the days the first window is near", "2026-11-18 02:20", debit, "2026-11-18", "2026-11-18 13:00", "", ""},
		{"at the weekend it is Monday", "2026-11-21 12:00", debit, "2026-11-23", "2026-11-23 13:00", "", ""},
		{"on Thanksgiving it is Friday", "2026-11-26 12:00", debit, "2026-11-27", "2026-11-27 13:00", "", ""},

		{"a cent over the limit", "2026-11-17 09:00", with(func(r *calendar.Request) { r.AmountCents++ }),
			"2026-11-18", "2026-11-18 08:30", "over the same-day limit of $1,000,000", ""},
		{"IAT", "2026-11-17 09:00", with(func(r *calendar.Request) { r.SEC = "IAT" }),
			"2026-11-18", "2026-11-18 08:30", "IAT entries cannot", ""},

		{"asked for today", "2026-11-17 09:00", with(func(r *calendar.Request) { r.AskedOn = calendar.NewDate(2026, 11, 17) }),
			"2026-11-17", "2026-11-17 13:00", "", ""},
		{"asked for tomorrow it is met without", "2026-11-17 09:00", with(func(r *calendar.Request) { r.AskedOn = calendar.NewDate(2026, 11, 18) }),
			"2026-11-18", "2026-11-18 08:30", "is met at 08:30 that morning without it", ""},
		{"asked for yesterday it settles today", "2026-11-17 09:00", with(func(r *calendar.Request) { r.AskedOn = calendar.NewDate(2026, 11, 16) }),
			"2026-11-17", "2026-11-17 13:00", "", "2026-11-16 has passed"},
		{"asked for today, the window missed", "2026-11-17 17:00", with(func(r *calendar.Request) { r.AskedOn = calendar.NewDate(2026, 11, 17) }),
			"2026-11-18", "2026-11-18 08:30", "16:45", "dated again for 2026-11-18"},
		{"asked for on a holiday", "2026-11-26 12:00", with(func(r *calendar.Request) { r.AskedOn = calendar.NewDate(2026, 11, 26) }),
			"2026-11-27", "2026-11-27 13:00", "", "Thanksgiving Day"},
	} {
		t.Run(tt.story, func(t *testing.T) {
			got := calendar.Effective(at(t, tt.now), tt.want)
			if got.EffectiveOn.String() != tt.effectiveOn || !got.SettlesAt.Equal(at(t, tt.settlesAt)) || got.SettlesOn != got.EffectiveOn {
				t.Errorf("effective %s, settles %s; want %s, %s", got.EffectiveOn, got.SettlesAt, tt.effectiveOn, tt.settlesAt)
			}
			if got.SameDay != (tt.notSameDay == "") || !strings.Contains(got.NotSameDay, tt.notSameDay) || got.SameDay && got.NotSameDay != "" {
				t.Errorf("same day %t, reason %q; want reason %q", got.SameDay, got.NotSameDay, tt.notSameDay)
			}
			if !strings.Contains(got.Moved, tt.moved) || (got.Moved == "") != (tt.moved == "") {
				t.Errorf("moved %q, want %q", got.Moved, tt.moved)
			}
		})
	}
}

// Whatever is asked for and whenever: what is due now carries a date that the
// operator takes and settles as the decision says, and what waits is due
// before its date can no longer be met.
func TestADecisionCanBeKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := calendar.NewDate(2025, 1, 1).At(0, 0).Add(time.Duration(rapid.IntRange(0, 4*365*24*60).Draw(t, "minute")) * time.Minute)
		want := calendar.Request{
			SameDay:     rapid.Bool().Draw(t, "same day"),
			SEC:         rapid.SampledFrom([]string{"PPD", "CCD", "IAT"}).Draw(t, "sec"),
			Kind:        rapid.SampledFrom([]calendar.Kind{calendar.Credit, calendar.Debit}).Draw(t, "kind"),
			AmountCents: rapid.Int64Range(0, 2_000_000_00).Draw(t, "cents"),
		}
		if rapid.Bool().Draw(t, "asked") {
			want.AskedOn = calendar.DateOf(now).Add(rapid.IntRange(-10, 30).Draw(t, "asked in days"))
		}
		got := calendar.Effective(now, want)
		day := calendar.ProcessingDay(now)

		if !calendar.IsBankingDay(got.EffectiveOn) || !got.SettlesAt.After(now) {
			t.Fatalf("effective %s, settles %s", got.EffectiveOn, got.SettlesAt)
		}
		if !got.DueAt.Before(fedACH.LastDeadline(got.EffectiveOn, got.SameDay, 1)) {
			t.Fatalf("due at %s, after the last deadline for %s", got.DueAt, got.EffectiveOn)
		}
		if got.SameDay != (got.EffectiveOn == day) {
			t.Fatalf("same day %t with date %s on processing day %s", got.SameDay, got.EffectiveOn, day)
		}
		if want.SameDay == (!got.SameDay && got.NotSameDay == "") {
			t.Fatalf("asked for same day %t: %t, reason %q", want.SameDay, got.SameDay, got.NotSameDay)
		}
		if got.Due {
			if err := calendar.ValidEffective(got.EffectiveOn, day, false); err != nil {
				t.Fatal(err)
			}
		} else {
			later := calendar.Effective(got.DueAt, want)
			if !later.Due || later.EffectiveOn != got.EffectiveOn {
				t.Fatalf("forecast %+v, when due %+v", got, later)
			}
		}
		if (got.Moved == "") != (want.AskedOn.IsZero() || want.AskedOn == got.EffectiveOn) {
			t.Fatalf("asked for %s, got %s, reason %q", want.AskedOn, got.EffectiveOn, got.Moved)
		}
	})
}
