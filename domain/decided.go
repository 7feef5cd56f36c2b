package domain

import (
	"time"

	"github.com/achledger/achledger/domain/receiving"
)

// Undecided says until when somebody may decide about a payment that came, and
// what becomes of it then.
type Undecided struct {
	By   string           `json:"by"`   // RFC 3339
	Then receiving.Action `json:"then"` // pay or return
	Code string           `json:"code"` // of its return, unless who decides names another
	Rule string           `json:"rule"` // of the receiving account
}

// Who said what becomes of a payment that came; else it was a rule of its
// receiving account, by the name that package receiving gives it.
const (
	DecidedByCaller   = "decision" // a client, or operations for it
	DecidedByReturn   = "return"   // whoever asked for its return without more
	DecidedByDeadline = "deadline" // nobody did in time
)

// TransactionDecided records what becomes of a payment that came for a
// receiving account. Its return is an event of its own beside it.
type TransactionDecided struct {
	ItemID   string           `json:"item_id"`
	Decision receiving.Action `json:"decision"` // pay or return
	Code     string           `json:"code,omitempty"`
	By       string           `json:"by"`
	// Reason says why a payment that was to go back stays: its time had passed.
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

// AwaitsDecision reports whether somebody is to decide about the item.
func (i *Item) AwaitsDecision() bool { return i.Undecided != nil && i.Decided == nil }

// DecideBy is the moment until which somebody may decide about an item; ok is
// false where nobody ever could.
func (i *Item) DecideBy() (by time.Time, ok bool) {
	if i.Undecided == nil {
		return time.Time{}, false
	}
	by, err := time.Parse(time.RFC3339, i.Undecided.By)
	return by, err == nil
}

// WindowBefore is the last of a client's windows for answers that comes before
// an instant.
func (b Batching) WindowBefore(by time.Time) time.Time {
	at, _ := b.LastWindow(by.Add(-time.Second), true) // answers have windows whatever is set
	return at
}

// LastCut is when an answer is cut at the latest that has to leave before an
// instant, whatever the windows.
func LastCut(leaveBy time.Time) time.Time { return leaveBy.Add(-answerLead) }
