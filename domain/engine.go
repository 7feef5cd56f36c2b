package domain

import (
	"github.com/achledger/achledger/domain/guard"
)

// EngineAnswer is the answer of a decision engine that was asked before an item
// or a file leaves.
type EngineAnswer struct {
	Action guard.Action // allow, hold or reject
	Reason string
}

// RecordEngineAnswer records the engine's answer about an item.
type RecordEngineAnswer struct {
	ItemID string
	Rule   string // the rule that holds the item until then
	EngineAnswer
}

// Decide approves, holds or rejects the item once. A decision that a person
// made meanwhile stands. An entry whose reversal has left is not rejected: a person
// decides about it.
func (c RecordEngineAnswer) Decide(t Transaction) ([]Event, error) {
	i, ok := t.Item(c.ItemID)
	if !ok || i.State != Held || i.HeldBy == nil || i.HeldBy.Rule != c.Rule {
		return nil, nil
	}
	by := *i.HeldBy
	by.Rule = guard.Answered(c.Rule)
	switch reversed := t.takenBack(i) != nil; {
	case c.Action == guard.Allow:
		return []Event{TransactionApproved{i.ID, c.Reason}}, nil
	case c.Action == guard.Reject && !reversed:
		return []Event{TransactionRejected{ItemID: i.ID, Reason: c.Reason, By: &by}}, nil
	default:
		return []Event{TransactionHeld{ItemID: i.ID, Reason: c.Reason, By: &by}}, nil
	}
}

// RecordEngineAnswerOnFile records the engine's answer about the entries of a client's
// own file.
type RecordEngineAnswerOnFile struct {
	Rule string
	EngineAnswer
	// Verdict is the verdict of the other rules, by which a file that the
	// engine allowed is held or rejected nevertheless; nil: it may leave.
	Verdict *guard.Verdict
}

// Decide approves, holds or rejects the file once.
func (c RecordEngineAnswerOnFile) Decide(f File) ([]Event, error) {
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
