package calendar_test

import (
	"strings"
	"testing"

	"github.com/achledger/achledger/domain/calendar"
)

func days(n int) *int { return &n }

// lantern closes at 17:00 and wants credits two banking days ahead.
var lantern = &calendar.Terms{
	Deadlines: []calendar.BankDeadline{
		{At: "13:00", Settles: calendar.SettlesSameDay, Days: []string{"mon", "tue", "wed", "thu"}},
		{At: "17:00", Settles: calendar.SettlesByLeadDays},
	},
	LeadDays: &calendar.LeadDays{Credit: days(2), BySEC: map[string]calendar.LeadDays{"CCD": {Debit: days(0)}}},
}

// Thursday is 2026-11-19; the 26th is Thanksgiving.
func TestDatesFollowTheTermsOfTheBank(t *testing.T) {
	for name, tt := range map[string]struct {
		day, hour, minute int
		want              calendar.Request
		on                string
		because           string // in the reason
	}{
		"a credit in time":                      {19, 16, 59, calendar.Request{Kind: calendar.Credit}, "2026-11-23", "until 17:00 on 2026-11-19, and a credit settles 2 banking days later"},
		"a credit at 17:30":                     {19, 17, 30, calendar.Request{Kind: calendar.Credit}, "2026-11-24", "until 17:00 on 2026-11-20, and a credit settles 2 banking days later"},
		"a debit at 17:30":                      {19, 17, 30, calendar.Request{Kind: calendar.Debit}, "2026-11-23", "until 17:00 on 2026-11-20, and a debit settles on the next banking day"},
		"a debit of a class of its own":         {19, 16, 0, calendar.Request{SEC: "CCD", Kind: calendar.Debit}, "2026-11-19", "settles that day"},
		"a credit for a day it can meet":        {19, 17, 30, calendar.Request{Kind: calendar.Credit, AskedOn: calendar.NewDate(2026, 11, 25)}, "2026-11-25", ""},
		"a credit for a day that it has missed": {19, 17, 30, calendar.Request{Kind: calendar.Credit, AskedOn: calendar.NewDate(2026, 11, 23)}, "2026-11-24", "the bank's last deadline to settle on 2026-11-23, 17:00 on 2026-11-19, has passed: dated again for 2026-11-24"},
		"over Thanksgiving":                     {25, 9, 0, calendar.Request{Kind: calendar.Credit}, "2026-11-30", "2 banking days later"},
	} {
		t.Run(name, func(t *testing.T) {
			tt.want.Bank = lantern
			d := calendar.Effective(calendar.NewDate(2026, 11, tt.day).At(tt.hour, tt.minute), tt.want)
			if why := d.Moved + d.Terms; d.EffectiveOn.String() != tt.on || !strings.Contains(why, tt.because) || tt.because == "" && why != "" {
				t.Errorf("dated %s because %q, want %s because %q", d.EffectiveOn, why, tt.on, tt.because)
			}
		})
	}
}

func TestAnEntryIsDueWhenTheDayOpensWhoseFilesSettleOnItsDate(t *testing.T) {
	asked := calendar.NewDate(2026, 11, 25)
	want := calendar.Request{Kind: calendar.Credit, AskedOn: asked, Bank: lantern}
	due := calendar.NewDate(2026, 11, 20).At(17, 0) // of Monday the 23rd, after Friday's last deadline
	if got := lantern.DueAt(asked, "PPD", calendar.Credit); !got.Equal(due) {
		t.Fatalf("due %s, want %s", got, due)
	}
	if d := calendar.Effective(due.Add(-1), want); d.Due {
		t.Error("it may leave the day before, which is early")
	}
	if d := calendar.Effective(due, want); !d.Due || d.EffectiveOn != asked {
		t.Errorf("then it may not leave: %+v", d)
	}
	if last := lantern.LastDeadline(asked, false, 2); !last.Equal(calendar.NewDate(2026, 11, 23).At(17, 0)) {
		t.Errorf("its date holds until %s", last)
	}
}

func TestSameDayIsTheBanks(t *testing.T) {
	want := calendar.Request{SameDay: true, SEC: "PPD", Kind: calendar.Credit, AmountCents: 100, Bank: lantern}
	for name, tt := range map[string]struct {
		day, hour int
		on        string
		because   string
	}{
		"before 13:00":   {19, 12, "2026-11-19", ""},
		"after 13:00":    {19, 14, "2026-11-23", "the last same-day deadline of 2026-11-19, 13:00 New York time, has passed"},
		"on Friday none": {20, 9, "2026-11-24", "the bank takes nothing for same-day settlement on 2026-11-20"},
	} {
		d := calendar.Effective(calendar.NewDate(2026, 11, tt.day).At(tt.hour, 0), want)
		if d.EffectiveOn.String() != tt.on || d.NotSameDay != tt.because {
			t.Errorf("%s: dated %s because %q", name, d.EffectiveOn, d.NotSameDay)
		}
	}
}

func TestADateThatTheLeadDaysCannotMeetIsRefused(t *testing.T) {
	at := calendar.NewDate(2026, 11, 19).At(17, 30)
	for on, refused := range map[int]bool{20: true, 23: true, 24: false, 25: true} {
		if err := lantern.ValidEffective(calendar.NewDate(2026, 11, on), at, "PPD", calendar.Credit); (err != nil) != refused {
			t.Errorf("November %d: %v", on, err)
		}
	}
	if err := lantern.ValidEffective(calendar.NewDate(2026, 11, 19), at.Add(-6*3600e9), "PPD", calendar.Credit); err != nil {
		t.Errorf("the day itself, in time for it: %v", err)
	}
}

// A limit of the network's comes to an end with the bank's last deadline
// before it, in its own time zone.
func TestAnAnswerMustBeWithTheBankBeforeItCloses(t *testing.T) {
	chicago := &calendar.Terms{Deadlines: []calendar.BankDeadline{{At: "17:00", Settles: calendar.SettlesByLeadDays}}, TimeZone: "America/Chicago"}
	limit := chicago.Limit(calendar.ReturnDeadline(calendar.NewDate(2026, 11, 19)))
	if want := calendar.NewDate(2026, 11, 20).At(18, 0); !limit.SendBefore.Equal(want) {
		t.Errorf("sent before %s, want %s", limit.SendBefore, want)
	}
	next := chicago.NextDeadlines(calendar.NewDate(2026, 11, 19).At(18, 0), 1)[0]
	if !next.At.Equal(calendar.NewDate(2026, 11, 20).At(18, 0)) || next.Day != calendar.NewDate(2026, 11, 20) {
		t.Errorf("next is %+v", next)
	}
}
