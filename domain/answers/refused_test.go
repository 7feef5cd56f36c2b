package answers_test

import (
	"slices"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
)

// Over a relationship that was canceled, or whose account its bank refused, nothing
// is debited any more, and what left before is taken back.
func TestWhatARelationshipDoesNotAllowAnyMoreIsRefusedAtEveryDoor(t *testing.T) {
	const soon = "2026-11-24T20:00:00Z"
	corrected := func(c answers.Case) error {
		_, _, err := answers.CorrectedEntry{ReplyTo: "ret", Reason: "the amount"}.Decide(c)
		return err
	}
	by := func(do command) func(answers.Case) error {
		return func(c answers.Case) error {
			_, err := do.Decide(c)
			return err
		}
	}
	for name, tt := range map[string]struct {
		c      answers.Case
		do     func(answers.Case) error
		action string
		stays  bool
	}{
		"a retry":             {outgoing("R01", "2026-11-24").at(soon, delivered()), by(answers.Retry{ItemID: "x", ReplyTo: "ret"}), "retry", false},
		"a return fee":        {outgoing("R01", "2026-11-24").at(soon, delivered()), by(answers.ReturnFee{ItemID: "x", ReplyTo: "ret", AmountCents: 2500, NoticeGivenOn: "2026-11-20"}), "return_fee", false},
		"a corrected entry":   {outgoing("R11", "2026-11-24").at(soon, delivered()), corrected, "corrected_entry", false},
		"a reversal":          {sent().at(soon, delivered()), by(answers.Reverse{ItemID: "x", ReplyTo: "out", Reason: "duplicate"}), "reverse", true},
		"a dishonored return": {outgoing("R01", "2026-11-24").at(soon, delivered()), by(answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: "R68"}), "dishonor", true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, why := range []string{"", "its relationship was canceled"} {
				tt.c.Refused = why
				allowed := why == "" || tt.stays
				err := tt.do(tt.c)
				if (err == nil) != allowed || err != nil && (domain.CodeOf(err) != domain.RuleBroken || err.(*domain.Refusal).Reason != why) {
					t.Errorf("over %q: %v", why, err)
				}
				if offered := slices.ContainsFunc(tt.c.Available(), func(a answers.Action) bool { return a.Name == tt.action }); offered != allowed {
					t.Errorf("over %q it is offered: %v", why, offered)
				}
			}
		})
	}
}
