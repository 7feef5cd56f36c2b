package domain

import (
	"slices"

	"github.com/achledger/achledger/domain/guard"
)

// Events of decisions of people and rules about a waiting item.
type (
	// TransactionHeld records that an item waits for a person's decision. It is
	// shown as Pending with the reason and goes into no file.
	TransactionHeld struct {
		ItemID string `json:"item_id"`
		Reason string `json:"reason"`
		// By is the rule of the guard that held it; nil if a person or another
		// part of the ledger did.
		By *guard.HeldBy `json:"by,omitempty"`
	}
	// TransactionApproved ends a hold.
	TransactionApproved struct {
		ItemID string `json:"item_id"`
		Reason string `json:"reason,omitempty"`
	}
	// TransactionRejected records that an item never leaves.
	TransactionRejected struct {
		ItemID string `json:"item_id"`
		Reason string `json:"reason"`
		// By is the rule of the guard that rejected it.
		By *guard.HeldBy `json:"by,omitempty"`
	}
)

// Type names each event in the log.
func (TransactionHeld) Type() string     { return "transaction.held" }
func (TransactionApproved) Type() string { return "transaction.approved" }
func (TransactionRejected) Type() string { return "transaction.rejected" }

func init() { register(empty[TransactionHeld], empty[TransactionApproved], empty[TransactionRejected]) }

// Hold keeps a waiting item out of files until it is approved or rejected.
type Hold struct{ ItemID, Reason string }

// Decide holds a waiting item once. One that waits for a decision engine waits for
// a person from then on: the engine's answer does not let it leave.
func (c Hold) Decide(t Transaction) ([]Event, error) {
	held := TransactionHeld{ItemID: c.ItemID, Reason: c.Reason}
	if i, ok := t.Item(c.ItemID); ok && i.asksEngine() && !t.hidden() {
		return []Event{held}, nil
	}
	return judge(t, c.ItemID, Held, held, Pending)
}

// asksEngine reports whether the item waits for the answer of a decision engine,
// which may let it leave.
func (i *Item) asksEngine() bool {
	if i.State != Held || i.HeldBy == nil {
		return false
	}
	_, asked := guard.IsAsked(i.HeldBy.Rule)
	return asked
}

// HoldUnrenderable keeps an item out of files because no file can contain it.
type HoldUnrenderable struct{ ItemID string }

// Decide holds the item while this is the case, and names the field and its
// rule.
func (c HoldUnrenderable) Decide(t Transaction) ([]Event, error) {
	i, ok := t.Item(c.ItemID)
	if !ok || i.State != Pending {
		return nil, nil // it was recalled, for example
	}
	e, err := t.EntryOf(i)
	if err == nil {
		err = e.Renderable(t.ODFI())
	}
	if err == nil {
		return nil, nil // its account was corrected, for example
	}
	return Hold{c.ItemID, "no file can carry it: " + FieldRule(err)}.Decide(t)
}

// Approve ends a hold.
type Approve struct{ ItemID, Reason string }

// Decide ends a hold; an item that is not held needs no approval.
func (c Approve) Decide(t Transaction) ([]Event, error) {
	return judge(t, c.ItemID, Pending, TransactionApproved{c.ItemID, c.Reason}, Held)
}

// approve applies the end of a hold. An item that was released from a file
// waits for the window after the approval. The rule that held it does not hold
// it again.
func (t *Transaction) approve(f Fact, item string) {
	if i, ok := t.Item(item); ok {
		if !i.NotBefore.IsZero() {
			i.waitFrom(f.Meta.At)
		}
		if i.HeldBy != nil {
			i.Waived = append(i.Waived, i.HeldBy.Rule)
		}
		i.ApprovedAt = f.Position
	}
	t.move(f, item, Pending, "")
}

// Reject keeps an item out of files for good.
type Reject struct{ ItemID, Reason string }

// Decide rejects an item that waits, held or not. For a request for return it
// means that the receiving bank declined.
func (c Reject) Decide(t Transaction) ([]Event, error) {
	if c.Reason == "" {
		return nil, RefuseField(Invalid, "/reason", "required", "a reason is needed, and the client will read it")
	}
	return judge(t, c.ItemID, Rejected, TransactionRejected{ItemID: c.ItemID, Reason: c.Reason}, Pending, Held, Asked)
}

// judge returns the event if the item is in one of the from states, and nothing
// if it is already in the target state.
func judge(t Transaction, item string, to State, event Event, from ...State) ([]Event, error) {
	i, ok := t.Item(item)
	if !ok || t.hidden() {
		return nil, Refuse(NotFound, "transaction %s has no event %s", t.ID, item)
	}
	switch {
	case i.State == to:
		return nil, nil
	case slices.Contains(from, i.State):
		return []Event{event}, nil
	case i.State == Filed:
		return nil, Refuse(TooLate, "event %s is Released: it left in file %s", i.ID, i.Filing.File)
	default:
		return nil, Refuse(TooLate, "event %s is %s", i.ID, i.State)
	}
}
