package answers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
)

func TestWhatArrivesRejectsTheAnswersItMakesPointless(t *testing.T) {
	ask := func(id, to string) domain.Outgoing { return domain.Outgoing{ItemID: id, ReplyTo: to} }
	reversal := &domain.TransactionReversalRequested{Outgoing: ask("x", "out")}
	held := &domain.TransactionHeld{ItemID: "x", Reason: "look"}
	const day = "2026-11-24T12:00:00Z"
	for name, tt := range map[string]struct {
		s        *story
		rejected bool
	}{
		"a return rejects a reversal that waits":       {sent().add(day, reversal).add(day, returned("ret", "out", "R01", "2026-11-24")), true},
		"also one that is held":                        {sent().add(day, reversal).add(day, held).add(day, returned("ret", "out", "R01", "2026-11-24")), true},
		"a reversal without a return leaves":           {sent().add(day, reversal), false},
		"what is filed is a person's":                  {sent().add(day, reversal).add(day, &domain.TransactionFiled{ItemID: "x", File: "f2"}).add(day, returned("ret", "out", "R01", "2026-11-24")), false},
		"a dishonor of a retried return gives way":     {outgoing("R01", "2026-11-24").add(day, &domain.TransactionRetryRequested{Outgoing: ask("y", "ret")}).add(day, &domain.TransactionDishonorRequested{Outgoing: ask("x", "ret")}), true},
		"a retry of a dishonored return gives way":     {outgoing("R01", "2026-11-24").add(day, &domain.TransactionDishonorRequested{Outgoing: ask("d", "ret")}).add(day, &domain.TransactionRetryRequested{Outgoing: ask("x", "ret")}), true},
		"a retry of a return that stands may leave":    {outgoing("R01", "2026-11-24").add(day, &domain.TransactionRetryRequested{Outgoing: ask("x", "ret")}), false},
		"a dishonor of a return that stands may leave": {outgoing("R01", "2026-11-24").add(day, &domain.TransactionDishonorRequested{Outgoing: ask("x", "ret")}), false},
	} {
		t.Run(name, func(t *testing.T) {
			events := answers.Pointless(tt.s.t)
			if got := len(events) == 1; got != tt.rejected || len(events) > 1 {
				t.Fatalf("rejects %+v", events)
			}
			if tt.rejected && events[0].(*domain.TransactionRejected).ItemID != "x" {
				t.Errorf("rejects %+v", events[0])
			}
		})
	}
}

func TestOneReturnIsNotDishonoredAndPresentedAgain(t *testing.T) {
	const now = "2026-11-25T15:00:00Z"
	for first, second := range map[command]command{
		answers.Dishonor{ItemID: "x", ReplyTo: "ret", Code: "R68"}: answers.Retry{ItemID: "y", ReplyTo: "ret"},
		answers.Retry{ItemID: "x", ReplyTo: "ret"}:                 answers.Dishonor{ItemID: "y", ReplyTo: "ret", Code: "R68"},
	} {
		for _, state := range []domain.Event{nil, &domain.TransactionHeld{ItemID: "x"}, &domain.TransactionFiled{ItemID: "x", File: "f2"}} {
			s := outgoing("R01", "2026-11-24")
			d, err := first.Decide(s.at(now, delivered()))
			if err != nil {
				t.Fatal(err)
			}
			s.add(now, pointer(d.Events[0]))
			if state != nil {
				s.add(now, state)
			}
			if _, err := second.Decide(s.at(now, delivered())); domain.CodeOf(err) != domain.RuleBroken {
				t.Errorf("%T after %T, which is %v: %v", second, first, s.t.Items[len(s.t.Items)-1].State, err)
			}
		}
	}
}

func TestWhatWasHeldIsNotApprovedAfterItsDeadline(t *testing.T) {
	const made = "2026-11-24T12:00:00Z"
	s := sent().add(made, &domain.TransactionReversalRequested{Outgoing: domain.Outgoing{ItemID: "x", ReplyTo: "out", LeaveBy: "2026-12-01T22:00:00Z"}}).
		add(made, &domain.TransactionHeld{ItemID: "x", Reason: "look"})
	for now, want := range map[string]domain.Code{"2026-12-01T21:59:59Z": "", "2026-12-01T22:00:00Z": domain.ReturnWindowClosed} {
		at, _ := time.Parse(time.RFC3339, now)
		_, err := answers.Approve{ItemID: "x", Now: at}.Decide(s.t)
		if domain.CodeOf(err) != want || want != "" && !strings.Contains(err.Error(), "2026-12-01T22:00:00Z") {
			t.Errorf("at %s: %v", now, err)
		}
	}
}

func TestOverARefusedAccountGoesNeitherARetryNorAFee(t *testing.T) {
	s := outgoing("R01", "2026-11-24").
		add("2026-11-24T15:00:00Z", &domain.TransactionRetryRequested{Outgoing: domain.Outgoing{ItemID: "retry", ReplyTo: "ret"}}).
		add("2026-11-24T15:01:00Z", &domain.TransactionReturnFeeRequested{Outgoing: domain.Outgoing{ItemID: "fee", ReplyTo: "ret", AmountCents: 2500}}).
		add("2026-11-24T15:02:00Z", &domain.TransactionHeld{ItemID: "fee", Reason: "look"}).
		add("2026-11-24T15:03:00Z", &domain.TransactionReversalRequested{Outgoing: domain.Outgoing{ItemID: "back", ReplyTo: "out"}})
	events, err := domain.RefuseOver{Reason: "R03"}.Decide(s.t)
	if err != nil {
		t.Fatal(err)
	}
	var rejected []string
	for _, e := range events {
		rejected = append(rejected, e.(domain.TransactionRejected).ItemID)
	}
	if got := strings.Join(rejected, " "); got != "retry fee" {
		t.Errorf("rejected are %q, want the retry and the fee", got)
	}
}
