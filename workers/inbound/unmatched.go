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

// waiting is an entry of the queue.
type waiting struct {
	*arrival
	queued *domain.EntryQueued
	at     time.Time // it was queued
	// unreadable is why its account number cannot be opened, if so: it can
	// only be dismissed.
	unreadable error
}

// decide lets a person's decision answer with changes, and writes them
// together with the event that ends the entry's waiting. same tells a
// decision that was made before from another one.
func (d *Desk) decide(ctx context.Context, entry string, same func(domain.Event) bool, decision func(waiting) (domain.Event, []ledger.Change, error)) error {
	at := ledger.UnmatchedStream(entry).Existing("unmatched entry %s", entry).Through(d.through("decision"))
	_, err := ledger.ExecuteWith(ctx, d.Ledger, at, func(u domain.Unmatched) (ledger.Decision, error) {
		if u.Decided != nil && same(u.Decided) {
			return ledger.Decision{}, nil // asking twice is asking once
		}
		if u.Decided != nil {
			return ledger.Decision{}, domain.Refuse(domain.AlreadyDone, "entry %s was decided before: %s", entry, u.Decided.Type())
		}
		w := waiting{queued: u.Queued, at: u.At}
		var err error
		w.arrival, err = d.arrivalOf(u.Queued)
		if ledger.Exchanged(err) || seal.NotCheckable(err) {
			w.unreadable, err = err, nil
		}
		if err != nil {
			return ledger.Decision{}, err
		}
		end, with, err := decision(w)
		return ledger.Decision{Events: []domain.Event{end}, With: with}, err
	})
	return err
}

// arrivalOf is the inverse of queued.
func (d *Desk) arrivalOf(q *domain.EntryQueued) (*arrival, error) {
	open, _, err := d.Ledger.OpenQueued(q)
	if err != nil {
		open = ledger.Queued{Entry: domain.Entry{Header: q.Header, Entry: q.Entry}}
	}
	e := &arrival{id: q.EntryID, inbound: q.Inbound, header: &open.Entry.Header}
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
func (d *Desk) Dismiss(ctx context.Context, entry, reason string) error {
	if reason == "" {
		return &domain.Refusal{Code: domain.Invalid, Fields: []domain.FieldError{{Pointer: "/reason", Code: "required",
			Message: "say why nothing is to be done: the money of the entry stays where it is"}}}
	}
	return d.decide(ctx, entry,
		func(before domain.Event) bool { _, ok := before.(*domain.EntryDismissed); return ok },
		func(waiting) (domain.Event, []ledger.Change, error) {
			return domain.EntryDismissed{Reason: reason}, nil, nil
		})
}
