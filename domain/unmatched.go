package domain

import (
	"cmp"
	"time"

	"github.com/achledger/achledger/domain/nacha"
)

// Events of an entry that could not be matched automatically. Its money is
// accounted for while it waits for a person's decision.
type (
	// EntryQueued records the entry and why it could not be applied.
	EntryQueued struct {
		EntryID    string            `json:"entry_id"`
		Inbound    string            `json:"inbound"`
		Line       int               `json:"line"`
		Header     nacha.BatchHeader `json:"header"`
		Entry      nacha.Entry       `json:"entry"`           // without account number and corrected data
		Whole      Sealed            `json:"whole,omitempty"` // as in Incoming
		Account    Account           `json:"account"`
		Data       Sealed            `json:"data,omitempty"`
		Raw        Sealed            `json:"raw,omitempty"` // the records as received, for kinds that we cannot read
		SettledOn  string            `json:"settled_on,omitempty"`
		Reason     string            `json:"reason"`  // stable slug
		Message    string            `json:"message"` // a sentence for the person who decides
		ReturnBy   time.Time         `json:"return_by,omitzero"`
		Candidates []string          `json:"candidates,omitempty"` // transactions it could belong to, client/id
	}
	// EntryAssigned records that a person assigned the entry to a client, or to
	// one of its transactions.
	EntryAssigned struct {
		Client        string `json:"client"`
		TransactionID string `json:"transaction_id"`
		Reason        string `json:"reason,omitempty"`
	}
	// EntryReturned records that the entry is returned to its sender.
	EntryReturned struct {
		TransactionID string `json:"transaction_id"` // of the ledger's own, which contains the return
		Code          string `json:"code"`
	}
	// EntryDismissed records that nothing is to be done.
	EntryDismissed struct {
		Reason string `json:"reason"`
	}
)

// Type names each event in the log.
func (EntryQueued) Type() string    { return "unmatched.queued" }
func (EntryAssigned) Type() string  { return "unmatched.assigned" }
func (EntryReturned) Type() string  { return "unmatched.returned" }
func (EntryDismissed) Type() string { return "unmatched.dismissed" }

func init() {
	register(empty[EntryQueued], empty[EntryAssigned], empty[EntryReturned], empty[EntryDismissed])
}

// UnmatchedStream names the stream of an entry that waits for a person.
func UnmatchedStream(entryID string) string { return "unmatched/" + entryID }

// Unmatched is an entry that waits for a person.
type Unmatched struct {
	Version int64
	Queued  *EntryQueued
	At      time.Time
	Outcome string // "", assigned, returned, dismissed
	Decided Event  // the deciding event; nil while it waits
}

// Evolve applies one event of the entry's stream.
func (u *Unmatched) Evolve(f Fact) {
	u.Version = f.Version
	switch e := f.Event.(type) {
	case *EntryQueued:
		queued := *e
		queued.Account.In = f.Stream
		u.Queued, u.At = &queued, f.Meta.At
	case *EntryAssigned:
		u.Outcome, u.Decided = "assigned", e
	case *EntryReturned:
		u.Outcome, u.Decided = "returned", e
	case *EntryDismissed:
		u.Outcome, u.Decided = "dismissed", e
	}
}

// AssignEntry assigns a waiting entry to a client.
type AssignEntry struct {
	Client        string
	TransactionID string // of the client, to which the entry is added; empty: none was chosen
	Begins        string // id of the transaction that otherwise begins with the entry
}

// Decide refuses an entry for which a different decision was made before.
func (c AssignEntry) Decide(u Unmatched) ([]Event, error) {
	return u.settle(EntryAssigned{Client: c.Client, TransactionID: cmp.Or(c.TransactionID, c.Begins)}, func(before Event) bool {
		e, ok := before.(*EntryAssigned)
		return ok && e.Client == c.Client && (c.TransactionID == "" || e.TransactionID == c.TransactionID)
	})
}

// ReturnEntry returns a waiting entry with a code, in a transaction of the
// ledger's own.
type ReturnEntry struct{ TransactionID, Code string }

// Decide refuses an entry for which a different decision was made before.
func (c ReturnEntry) Decide(u Unmatched) ([]Event, error) {
	return u.settle(EntryReturned(c), func(before Event) bool {
		e, ok := before.(*EntryReturned)
		return ok && e.Code == c.Code
	})
}

// DismissEntry ends the waiting of an entry for which nothing is to be done.
type DismissEntry struct{ Reason string }

// Decide refuses an entry for which a different decision was made before. Of
// two reasons to dismiss it the first stands.
func (c DismissEntry) Decide(u Unmatched) ([]Event, error) {
	return u.settle(EntryDismissed(c), func(before Event) bool {
		_, ok := before.(*EntryDismissed)
		return ok
	})
}

// settle ends the entry's waiting; same reports whether the earlier decision is
// equal.
func (u Unmatched) settle(end Event, same func(before Event) bool) ([]Event, error) {
	switch {
	case u.Decided == nil:
		return []Event{end}, nil
	case same(u.Decided):
		return nil, nil // repeating a decision changes nothing
	default:
		return nil, Refuse(AlreadyDone, "entry %s was decided before: %s", u.Queued.EntryID, u.Decided.Type())
	}
}
