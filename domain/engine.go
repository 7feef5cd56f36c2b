package domain

import (
	"github.com/achledger/achledger/domain/guard"
)

// EngineAnswer is what an engine, which was asked before something leaves, said.
type EngineAnswer struct {
	Action guard.Action // allow, hold or reject
	Reason string
}

// HearEngine ends the wait of an item for the decision of an engine.
type HearEngine struct {
	ItemID string
	Rule   string // by which it is held until then
	EngineAnswer
}

// Decide approves, holds or rejects the item once. One that a person judged
// meanwhile stays as that left it.
func (c HearEngine) Decide(t Transaction) ([]Event, error) {
	i, ok := t.Item(c.ItemID)
	if !ok || i.State != Held || i.HeldBy == nil || i.HeldBy.Rule != c.Rule {
		return nil, nil
	}
	by := *i.HeldBy
	by.Rule = guard.Answered(c.Rule)
	switch c.Action {
	case guard.Allow:
		return []Event{TransactionApproved{i.ID, c.Reason}}, nil
	case guard.Reject:
		return []Event{TransactionRejected{ItemID: i.ID, Reason: c.Reason, By: &by}}, nil
	default:
		return []Event{TransactionHeld{ItemID: i.ID, Reason: c.Reason, By: &by}}, nil
	}
}

// HearEngineOnFile ends the wait of a client's own file for the decision of
// an engine about its entries.
type HearEngineOnFile struct {
	Rule string
	EngineAnswer
	// Verdict is that of the other rules, by which a file that the engine
	// allowed is held or rejected; nil lets it leave.
	Verdict *guard.Verdict
}

// Decide approves, holds or rejects the file once.
func (c HearEngineOnFile) Decide(f File) ([]Event, error) {
	if f.State != FileIsHeld || f.HeldBy == nil || f.HeldBy.Rule != c.Rule {
		return nil, nil
	}
	by, action, reason := *f.HeldBy, c.Action, c.Reason
	by.Rule = guard.Answered(c.Rule)
	if v := c.Verdict; action == guard.Allow && v != nil {
		deadline := by.Deadline
		by, action, reason = v.HeldBy, v.Action, v.Reason
		by.Deadline = deadline
	}
	switch action {
	case guard.Allow:
		return []Event{FileApproved{reason}}, nil
	case guard.Reject:
		return []Event{FileRejected{Reason: reason, By: &by}}, nil
	default:
		return []Event{FileHeld{Reason: reason, By: by}}, nil
	}
}
