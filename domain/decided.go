package domain

import (
	"time"

	"github.com/achledger/achledger/domain/receiving"
)

// Undecided says until when somebody may decide about a received payment, and
// what becomes of it otherwise.
type Undecided struct {
	By   string           `json:"by"`   // RFC 3339
	Then receiving.Action `json:"then"` // pay or return
	Code string           `json:"code"` // of its return, unless the decision names another
	Rule string           `json:"rule"` // of the receiving account
}

// Who decided about a received payment; otherwise it was a rule of its
// receiving account, named as in package receiving.
const (
	DecidedByCaller   = "decision" // a client, or operations for it
	DecidedByReturn   = "return"   // whoever asked for its return, without a decision before
	DecidedByDeadline = "deadline" // nobody decided in time
)

// TransactionDecided records the decision about a payment for a receiving
// account. Its return is a separate event beside it.
type TransactionDecided struct {
	ItemID   string           `json:"item_id"`
	Decision receiving.Action `json:"decision"` // pay or return
	Code     string           `json:"code,omitempty"`
	By       string           `json:"by"`
	// Reason says why a payment that was to be returned is kept: the time limit had
	// passed.
	Reason string `json:"reason,omitempty"`
}

// Type names the event in the log.
func (TransactionDecided) Type() string { return "transaction.decided" }

func init() { register(func() Event { return &TransactionDecided{} }) }

func (t *Transaction) decide(f Fact, e *TransactionDecided) {
	if i, ok := t.Item(e.ItemID); ok {
		i.Decided, i.ChangedAt = e, f.Position
	}
}

// AwaitsDecision reports whether a decision about the item is open.
func (i *Item) AwaitsDecision() bool { return i.Undecided != nil && i.Decided == nil }

// DecideBy is the moment until which somebody may decide about an item; ok is
// false for one that needs no decision.
func (i *Item) DecideBy() (by time.Time, ok bool) {
	if i.Undecided == nil {
		return time.Time{}, false
	}
	by, err := time.Parse(time.RFC3339, i.Undecided.By)
	return by, err == nil
}

// WindowBefore is the last of a client's windows for answers before an instant.
func (b Batching) WindowBefore(by time.Time) time.Time {
	at, _ := b.LastWindow(by.Add(-time.Second), true) // answers have windows whatever is set
	return at
}

// LastCut is when an answer that has to leave before an instant is cut at the
// latest, whatever the windows.
func LastCut(leaveBy time.Time) time.Time { return leaveBy.Add(-answerLead) }
