package domain

import (
	"fmt"
	"time"
)

// TransactionReleasedFromFile records that an item left its file without having
// been processed: the operator rejected the file or the batch, or operations
// released a file that was never delivered. The item waits again. Its trace
// number stays used.
type TransactionReleasedFromFile struct {
	ItemID string `json:"item_id"`
	File   string `json:"file"`
	Reason string `json:"reason"`
	// NotBefore is when the item may be cut again, RFC 3339; by default at the
	// first window after its release.
	NotBefore string `json:"not_before,omitempty"`
	// Ordered is true if operations released the file; otherwise the operator
	// rejected it.
	Ordered bool `json:"ordered,omitempty"`
}

// Type names the event in the log.
func (TransactionReleasedFromFile) Type() string { return "transaction.released_from_file" }

func init() { register(empty[TransactionReleasedFromFile]) }

// release applies the event. Windows and ages count from it, so that a released
// item does not look like one that missed them.
func (t *Transaction) release(f Fact, e *TransactionReleasedFromFile) {
	if i, ok := t.Item(e.ItemID); ok {
		i.Filing, i.NotBefore = nil, time.Time{}
		i.waitFrom(f.Meta.At)
		if by, err := time.Parse(time.RFC3339, e.NotBefore); err == nil && by.After(i.NotBefore) {
			i.NotBefore = by
		}
		if !e.Ordered {
			i.Refusals++
		}
	}
	t.move(f, e.ItemID, Pending, e.Reason)
}

// waitFrom makes an item due after an instant: a window at that very instant
// has passed.
func (i *Item) waitFrom(at time.Time) {
	if after := at.Add(time.Microsecond); after.After(i.NotBefore) {
		i.NotBefore = after
	}
}

// Release takes an item out of a file whose entries were not processed.
type Release struct {
	ItemID    string
	File      string
	Reason    string
	NotBefore time.Time // when the item may be cut again
	Ordered   bool      // operations released the file; otherwise the operator rejected it
	Reject    bool      // the item does not wait again
	Carried   bool      // the client carries the file to its bank
}

// clientCarries is why items do not wait for the next window automatically.
const clientCarries = "its file was for the client to carry to its bank, so it does not leave by itself: recall it to send it in another file, or have operations approve it"

// Decide releases an item that is filed in the file; if it is not, it was
// released before. An item that the bank answered stays filed: it was
// processed, whatever is said about its file, and would be paid twice.
//
// An item that the operator rejected waits for the next window, and the second
// time for a person: sent again unchanged, it would be rejected for ever. An
// item in a file that the client carries waits for the client, who may have
// sent it by other means. An entry that was to be taken back waits for a person
// too: it must not leave again because it never came.
//
// Items of the transaction that may not leave any more because of the release
// are rejected by package answers in the same append.
func (c Release) Decide(t Transaction) []Event {
	i, ok := t.Item(c.ItemID)
	if !ok || i.State != Filed || i.Filing.File != c.File || t.Processed(i) {
		return nil
	}
	released := TransactionReleasedFromFile{ItemID: c.ItemID, File: c.File, Reason: c.Reason, Ordered: c.Ordered}
	if !c.NotBefore.IsZero() {
		released.NotBefore = c.NotBefore.UTC().Format(time.RFC3339Nano)
	}
	events := []Event{released}
	if next := c.next(t, i); next != nil {
		events = append(events, next)
	}
	if t.takesBack(i) { // the entry's own file may have been refused before
		if held, waits := t.holdUnwanted(); waits {
			events = append(events, held)
		}
	}
	return events
}

// next is what becomes of a released item; nil if it waits for the next window.
func (c Release) next(t Transaction, i *Item) Event {
	unwanted := t.unwanted(i)
	switch {
	case c.Reject:
		return TransactionRejected{ItemID: i.ID, Reason: c.Reason}
	case c.Carried:
		return TransactionHeld{ItemID: i.ID, Reason: clientCarries}
	case i.Resembles != nil:
		return TransactionHeld{ItemID: i.ID, Reason: LooksLike(i.Resembles.File, i.Resembles.Trace)}
	case unwanted != "":
		return TransactionHeld{ItemID: i.ID, Reason: unwanted}
	case !c.Ordered && i.Refusals > 0:
		return TransactionHeld{ItemID: i.ID, Reason: fmt.Sprintf("the operator refused it %d times: %s", i.Refusals+1, c.Reason)}
	}
	return nil
}

// Processed reports whether the bank answered an item of ours, with a return or
// a notification of change, and so received it, whatever is known of its file.
// A second return of the entry answers a dishonor.
func (t *Transaction) Processed(i *Item) bool {
	dishonored, _ := t.Item(i.ReplyTo)
	for _, answer := range t.Items {
		again := i.Kind == Dishonor && dishonored != nil && answer.Kind == Return &&
			answer.ReplyTo == dishonored.ReplyTo && answer.Position > i.Position
		if answer.Direction == FromFed && (answer.ReplyTo == i.ID || again) {
			return true
		}
	}
	return false
}
