package inbound

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
)

// unmatchedEntry is an entry of the queue.
type unmatchedEntry struct {
	*inboundEntry
	queued *domain.EntryQueued
	at     time.Time // it was queued
	// unreadable is why its account number cannot be opened, if so: it can
	// only be dismissed.
	unreadable error
}

// settle lets a person's decision answer with changes, and writes them
// together with the event that ends the entry's waiting. same tells a
// decision that was made before from another one.
func (t *Intake) settle(ctx context.Context, id string, same func(domain.Event) bool, decision func(unmatchedEntry) (domain.Event, []ledger.Change, error)) error {
	at := ledger.UnmatchedStream(id).Existing("unmatched entry %s", id).Through(t.through("decision"))
	_, err := ledger.ExecuteWith(ctx, t.Ledger, at, func(entry domain.Unmatched) (ledger.Decision, error) {
		if entry.Decided != nil && same(entry.Decided) {
			return ledger.Decision{}, nil // asking twice is asking once
		}
		if entry.Decided != nil {
			return ledger.Decision{}, domain.Refuse(domain.AlreadyDone, "entry %s was decided before: %s", id, entry.Decided.Type())
		}
		u := unmatchedEntry{queued: entry.Queued, at: entry.At}
		var err error
		u.inboundEntry, err = t.entryOf(entry.Queued)
		if ledger.Exchanged(err) || seal.NotCheckable(err) {
			u.unreadable, err = err, nil
		}
		if err != nil {
			return ledger.Decision{}, err
		}
		end, with, err := decision(u)
		return ledger.Decision{Events: []domain.Event{end}, With: with}, err
	})
	return err
}

// entryOf is the inverse of queued.
func (t *Intake) entryOf(q *domain.EntryQueued) (*inboundEntry, error) {
	open, _, err := t.Ledger.OpenQueued(q)
	if err != nil {
		open = ledger.Queued{Entry: domain.Entry{Header: q.Header, Entry: q.Entry}}
	}
	e := &inboundEntry{id: q.EntryID, inbound: q.Inbound, header: &open.Entry.Header}
	e.Entry, e.Line, e.Unsupported = open.Entry.Entry, q.Line, len(q.Raw) > 0
	e.Kind = e.Entry.Kind()
	if e.Kind == nacha.KindForward && nacha.TransactionCode(e.Entry.Code).Return() {
		e.Kind = "" // an answer that does not say to what
	}
	if q.SettledOn != "" {
		day, err := calendar.ParseDate(q.SettledOn)
		if err != nil {
			return nil, err
		}
		e.settledOn = day
	}
	e.Entry.Account = open.Number
	if c := e.Entry.Correction; c != nil {
		c.Data = open.Data
	}
	if c := e.Entry.RefusedChange; c != nil {
		c.Data = open.Data
	}
	return e, err
}

// Dismiss records that nothing is to be done about an entry, and why. It
// refuses without a reason, and an entry that was decided otherwise before.
func (t *Intake) Dismiss(ctx context.Context, entry, reason string) error {
	if reason == "" {
		return &domain.Refusal{Code: domain.Invalid, Fields: []domain.FieldError{{Pointer: "/reason", Code: "required",
			Message: "say why nothing is to be done: the money of the entry stays where it is"}}}
	}
	return t.settle(ctx, entry,
		func(before domain.Event) bool { _, ok := before.(*domain.EntryDismissed); return ok },
		func(unmatchedEntry) (domain.Event, []ledger.Change, error) {
			return domain.EntryDismissed{Reason: reason}, nil, nil
		})
}
