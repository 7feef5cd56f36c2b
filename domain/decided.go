package domain

import (
	"time"

	"github.com/achledger/achledger/domain/receiving"
)

// Undecided says until when a received payment may be decided about, and what
// happens to it without a decision.
type Undecided struct {
	By   string           `json:"by"`   // RFC 3339
	Then receiving.Action `json:"then"` // pay or return
	Code string           `json:"code"` // of its return, unless the decision names another
	Rule string           `json:"rule"` // of the receiving account
}

// The source of a decision about a received payment. Any other value is a rule
// of its receiving account, named as in package receiving.
const (
	DecidedByCaller   = "decision" // a client, or operations for it
	DecidedByReturn   = "return"   // its return was requested without a decision
	DecidedByDeadline = "deadline" // there was no decision in time
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

func init() { register(empty[TransactionDecided]) }

func (t *Transaction) decide(f Fact, e *TransactionDecided) {
	if i, ok := t.Item(e.ItemID); ok {
		i.Decided, i.ChangedAt = e, f.Position
	}
}

// AwaitsDecision reports whether a decision about the item is open.
func (i *Item) AwaitsDecision() bool { return i.Undecided != nil && i.Decided == nil }

// DecideBy returns until when an item may be decided about; ok is false for one
// that needs no decision.
func (i *Item) DecideBy() (by time.Time, ok bool) {
	if i.Undecided == nil {
		return time.Time{}, false
	}
	by, err := time.Parse(time.RFC3339, i.Undecided.By)
	return by, err == nil
}

// WindowBefore returns the last of a client's windows for answers before an
// instant.
func (b Batching) WindowBefore(by time.Time) time.Time {
	at, _ := b.LastWindow(by.Add(-time.Second), true) // there is always a window for answers
	return at
}

// LastCut returns when an answer that has to leave before an instant is cut at
// the latest, whatever the windows.
func LastCut(leaveBy time.Time) time.Time { return leaveBy.Add(-answerLead) }
