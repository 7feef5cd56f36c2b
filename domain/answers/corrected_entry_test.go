package answers_test

import (
	"slices"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/calendar"
)

// The return settled on Tuesday, 24 November 2026. The sixtieth day after is
// Saturday, 23 January, so the last processing day is the Friday before.
func TestACorrectedEntryFollowsR11WithinSixtyDaysAndOnce(t *testing.T) {
	const inTime, tooLate = "2027-01-23T07:14:00Z", "2027-01-23T07:16:00Z"
	fixed := answers.CorrectedEntry{ReplyTo: "ret", Reason: "the amount"}
	r11 := func() *story { return outgoing("R11", "2026-11-24") }
	corrected := func() *story {
		return r11().add("2026-11-25T12:00:00Z", &domain.TransactionCorrectedEntryMade{ItemID: "ret", TransactionID: "t2"})
	}
	withdrawn := func(now string, last domain.Event) answers.Case {
		c := corrected().at(now, delivered())
		made := sent()
		made.add("2026-11-26T12:00:00Z", last)
		c.CorrectedEntries = map[string]domain.Transaction{"t2": made.t}
		return c
	}
	refused := r11().at("2026-11-30T20:00:00Z", delivered())
	refused.Refused = "R03"
	iat := r11()
	iat.t.Originated.Proposal.SEC = "IAT"
	credit := r11()
	credit.t.Originated.Proposal.PushPull = domain.Push
	twice := corrected().add("2026-11-30T12:00:00Z", returned("ret2", "out", "R11", "2026-11-30"))
	retried := outgoing("R01", "2026-11-24").
		add("2026-11-25T12:00:00Z", &domain.TransactionRetryRequested{Outgoing: domain.Outgoing{ItemID: "y1", ReplyTo: "ret"}}).
		add("2026-11-30T12:00:00Z", returned("ret2", "y1", "R11", "2026-11-30"))
	dishonored := func(s *story) *story {
		return s.add("2026-11-25T12:00:00Z", &domain.TransactionDishonorRequested{Outgoing: domain.Outgoing{ItemID: "d", ReplyTo: "ret", Code: "R68"}})
	}
	reversed := sent().add("2026-11-24T10:00:00Z", &domain.TransactionReversalRequested{Outgoing: domain.Outgoing{ItemID: "rev", ReplyTo: "out", Reason: "duplicate"}}).
		add("2026-11-24T12:00:00Z", returned("ret", "out", "R11", "2026-11-24"))
	zero := 0
	atOnce := r11().at("2026-12-01T12:00:00Z", delivered())
	atOnce.Bank = &calendar.Terms{LeadDays: &calendar.LeadDays{Debit: &zero}} // its debits leave on the day on which they settle
	for name, tt := range map[string]struct {
		c    answers.Case
		do   answers.CorrectedEntry
		want domain.Code
	}{
		"to settle on the last day it may leave": {atOnce, answers.CorrectedEntry{ReplyTo: "ret", Reason: "x", EffectiveOn: "2027-01-22"}, ""},
		"to settle when it may not leave":        {atOnce, answers.CorrectedEntry{ReplyTo: "ret", Reason: "x", EffectiveOn: "2027-01-25"}, domain.RuleBroken},
		"at once":                                {r11().at("2026-11-24T20:00:00Z", delivered()), fixed, ""},
		"a minute before the sixtieth day ends":  {r11().at(inTime, delivered()), fixed, ""},
		"a minute after it":                      {r11().at(tooLate, delivered()), fixed, domain.ReturnWindowClosed},
		"to settle when what leaves last does":   {r11().at("2026-12-01T12:00:00Z", delivered()), answers.CorrectedEntry{ReplyTo: "ret", Reason: "x", EffectiveOn: "2027-01-25"}, ""},
		"to settle later":                        {r11().at("2026-12-01T12:00:00Z", delivered()), answers.CorrectedEntry{ReplyTo: "ret", Reason: "x", EffectiveOn: "2027-01-26"}, domain.RuleBroken},
		"nothing is said to be corrected":        {r11().at("2026-11-24T20:00:00Z", delivered()), answers.CorrectedEntry{ReplyTo: "ret", Reason: " "}, domain.Invalid},
		"no such event":                          {r11().at("2026-11-24T20:00:00Z", delivered()), answers.CorrectedEntry{ReplyTo: "none", Reason: "x"}, domain.Invalid},
		"an entry is no return":                  {r11().at("2026-11-24T20:00:00Z", delivered()), answers.CorrectedEntry{ReplyTo: "out", Reason: "x"}, domain.RuleBroken},
		"of what came back R10":                  {outgoing("R10", "2026-11-24").at("2026-11-24T20:00:00Z", delivered()), fixed, domain.RuleBroken},
		"of what came back R07":                  {outgoing("R07", "2026-11-24").at("2026-11-24T20:00:00Z", delivered()), fixed, domain.RuleBroken},
		"of what came back R01":                  {outgoing("R01", "2026-11-24").at("2026-11-24T20:00:00Z", delivered()), fixed, domain.RuleBroken},
		"of what had been presented again":       {retried.at("2026-11-30T20:00:00Z", delivered()), answers.CorrectedEntry{ReplyTo: "ret2", Reason: "x"}, domain.RuleBroken},
		"of a credit":                            {credit.at("2026-11-24T20:00:00Z", delivered()), fixed, domain.RuleBroken},
		"of an international debit":              {iat.at("2026-11-24T20:00:00Z", delivered()), fixed, domain.RuleBroken},
		"to an account that its bank refused":    {refused, fixed, domain.RuleBroken},
		"of a return that is dishonored":         {dishonored(r11()).at("2026-11-30T20:00:00Z", delivered()), fixed, domain.RuleBroken},
		"of an entry that is reversed":           {reversed.at("2026-11-24T20:00:00Z", delivered()), fixed, domain.RuleBroken},
		"a second time":                          {corrected().at("2026-11-30T20:00:00Z", delivered()), fixed, domain.AlreadyDone},
		"after another return of the same entry": {twice.at("2026-11-30T20:00:00Z", delivered()), answers.CorrectedEntry{ReplyTo: "ret2", Reason: "x"}, domain.AlreadyDone},
		"while the first one waits":              {withdrawn("2026-11-30T20:00:00Z", &domain.TransactionHeld{ItemID: "out"}), fixed, domain.AlreadyDone},
		"when the first one was recalled":        {withdrawn("2026-11-30T20:00:00Z", &domain.TransactionRecalled{ItemID: "out"}), fixed, ""},
		"when the first one was rejected":        {withdrawn("2026-11-30T20:00:00Z", &domain.TransactionRejected{ItemID: "out"}), fixed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			corrects, _, err := tt.do.Decide(tt.c)
			if got := domain.CodeOf(err); got != tt.want {
				t.Errorf("got %q (%v), want %q", got, err, tt.want)
			}
			if want := (domain.Corrects{TransactionID: "t1", ItemID: "ret", Reason: tt.do.Reason, LeaveBy: "2027-01-23T07:15:00Z"}); err == nil && corrects != want {
				t.Errorf("got %+v", corrects)
			}
			offered := slices.ContainsFunc(tt.c.Available(), func(a answers.Action) bool { return a.Name == "corrected_entry" })
			if allowed := tt.want == "" || tt.do != fixed && tt.do.ReplyTo != "ret2"; offered != allowed {
				t.Errorf("it is offered: %v", offered)
			}
		})
	}
	for name, tt := range map[string]struct {
		c       answers.Case
		replyTo string
		allowed bool
	}{
		"the return of what was corrected is not dishonored": {corrected().at("2026-11-25T20:00:00Z", delivered()), "ret", false},
		"but the second return of it is":                     {twice.at("2026-11-30T20:00:00Z", delivered()), "ret2", true},
		"and the first, when what corrects it is recalled":   {withdrawn("2026-11-30T20:00:00Z", &domain.TransactionRecalled{ItemID: "out"}), "ret", true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := answers.Dishonor{ItemID: "x", ReplyTo: tt.replyTo, Code: "R68"}.Decide(tt.c)
			offered := slices.ContainsFunc(tt.c.Available(), func(a answers.Action) bool { return a.Name == "dishonor" && a.ItemID == tt.replyTo })
			if (err == nil) != tt.allowed || offered != tt.allowed {
				t.Errorf("%v; offered: %v", err, offered)
			}
		})
	}
}
