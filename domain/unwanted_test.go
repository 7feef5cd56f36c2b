package domain_test

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
)

// The operator refused the file of an entry whose reversal has left: the entry has to
// leave, or the reversal would take back what never came. A rule, or an engine, that
// would reject it holds it for a person, also at its last window.
func TestWhatHasToLeaveIsRejectedByNoRule(t *testing.T) {
	const asked = "client/decision/asked"
	verdict := guard.Verdict{Action: guard.Reject, HeldBy: guard.HeldBy{Rule: "client/limits[0]", AtDeadline: guard.RejectDeadline, Deadline: "2026-11-24T03:30:00Z"}, Reason: "over the limit"}
	rule := domain.Guard{ItemID: "entry", Verdict: verdict}
	for name, tt := range map[string]struct {
		state   domain.State // of the entry
		decide  func(domain.Transaction) ([]domain.Event, error)
		reverse domain.State // of the reversal
		held    bool
	}{
		"a rule, and the reversal left":         {domain.Pending, rule.Decide, domain.Filed, true},
		"a rule, and the reversal was recalled": {domain.Pending, rule.Decide, domain.Recalled, false},
		"an engine, and the reversal left":      {domain.Held, engineSays(asked), domain.Filed, true},
		"an engine, and it was recalled":        {domain.Held, engineSays(asked), domain.Recalled, false},
	} {
		tx := domain.Transaction{Items: []*domain.Item{
			{ID: "entry", Kind: domain.Origination, Direction: domain.ToFed, State: tt.state, HeldBy: &guard.HeldBy{Rule: asked}},
			{ID: "reversal", Kind: domain.Reversal, Direction: domain.ToFed, State: tt.reverse, ReplyTo: "entry"},
		}}
		events, err := tt.decide(tx)
		must(t, err)
		if len(events) != 1 {
			t.Errorf("%s: %d events", name, len(events))
			continue
		}
		e, held := events[0].(domain.TransactionHeld)
		if held != tt.held {
			t.Errorf("%s: %T", name, events[0])
		}
		if held && e.By.Rejects() {
			t.Errorf("%s: it is rejected at its last window", name)
		}
	}
}

func engineSays(rule string) func(domain.Transaction) ([]domain.Event, error) {
	return domain.RecordEngineAnswer{ItemID: "entry", Rule: rule, EngineAnswer: domain.EngineAnswer{Action: guard.Reject, Reason: "on a list"}}.Decide
}

// A payment, its reversal, and the dishonor of the reversal's return left; the operator
// refused the file of the payment, which waits to leave again, since the reversal stands.
// Then the operator refuses the file of the dishonor too: nothing takes the payment back
// any more.
func TestAPaymentIsHeldWhenTheDishonorNeverLeftThatLetItsReversalStand(t *testing.T) {
	filed := func(file string) *domain.Filing { return &domain.Filing{File: file} }
	for name, tt := range map[string]struct {
		answered domain.ItemKind // by the item whose return was dishonored
		want     int
	}{
		"of its reversal": {domain.Reversal, 2},
		"of its fee":      {domain.ReturnFee, 1},
	} {
		tx := domain.Transaction{Items: []*domain.Item{
			{ID: "entry", Kind: domain.Origination, Direction: domain.ToFed, State: domain.Pending},
			{ID: "answer", Kind: tt.answered, Direction: domain.ToFed, State: domain.Filed, ReplyTo: "entry", Filing: filed("f2")},
			{ID: "back", Kind: domain.Return, Direction: domain.FromFed, State: domain.InHand, ReplyTo: "answer"},
			{ID: "dishonor", Kind: domain.Dishonor, Direction: domain.ToFed, State: domain.Filed, ReplyTo: "back", Filing: filed("f3")},
		}}
		events := domain.Release{ItemID: "dishonor", File: "f3", Reason: "hash"}.Decide(tx)
		if len(events) != tt.want {
			t.Errorf("%s: %+v, want %d events", name, events, tt.want)
			continue
		}
		if held, ok := events[len(events)-1].(domain.TransactionHeld); tt.want == 2 && (!ok || held.ItemID != "entry") {
			t.Errorf("%s: %+v", name, events[1])
		}
	}
}
