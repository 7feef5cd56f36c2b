package inbound

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
)

// waiting is an entry of the queue with what was decided about it.
type waiting struct {
	*arrival
	queued  *domain.EntryQueued
	at      time.Time // it was queued
	version int64
	decided domain.Event // nil while it waits
	// unreadable is why its account number cannot be opened, if so: it can
	// only be dismissed.
	unreadable error
}

// decide lets a person's decision answer with changes, and writes them
// together with the event that ends the entry's waiting. same tells a
// decision that was made before from another one.
func (d *Desk) decide(ctx context.Context, entry string, same func(domain.Event) bool, decision func(waiting) (domain.Event, []ledger.Change, error)) error {
	var err error
	for range attempts {
		err = d.decideOnce(ctx, entry, same, decision)
		var moved *eventstore.VersionError
		if !errors.As(err, &moved) {
			return err
		}
	}
	return fmt.Errorf("other writers were first %d times: %w", attempts, err)
}

func (d *Desk) decideOnce(ctx context.Context, entry string, same func(domain.Event) bool, decision func(waiting) (domain.Event, []ledger.Change, error)) error {
	w, err := d.waiting(ctx, entry)
	if err != nil {
		return err
	}
	if w.decided != nil {
		if same(w.decided) {
			return nil // asking twice is asking once
		}
		return domain.Refuse(domain.AlreadyDone, "entry %s was decided before: %s", entry, w.decided.Type())
	}
	end, changes, err := decision(w)
	if err != nil {
		return err
	}
	changes = append([]ledger.Change{{
		Stream: domain.UnmatchedStream(entry), Client: domain.LedgerClient, Expect: w.version, Events: []domain.Event{end},
	}}, changes...)
	return d.write(ctx, "decision", changes...)
}

// waiting reads an entry of the queue back into what it was when it came.
func (d *Desk) waiting(ctx context.Context, entry string) (w waiting, err error) {
	events, err := d.Ledger.Store.ReadStream(ctx, domain.UnmatchedStream(entry), 0)
	if err != nil {
		return w, err
	}
	for _, r := range events {
		f, err := ledger.Fact(r)
		if err != nil {
			return w, err
		}
		w.version = f.Version
		if q, ok := f.Event.(*domain.EntryQueued); ok {
			w.queued, w.at = q, f.Meta.At
			q.Account.In = r.Stream
		} else {
			w.decided = f.Event
		}
	}
	if w.queued == nil {
		return w, domain.Refuse(domain.NotFound, "there is no unmatched entry %s", entry)
	}
	if w.decided == nil { // else nobody needs it any more, and its keys may be gone
		w.arrival, err = d.arrivalOf(w.queued)
	}
	if ledger.Exchanged(err) || seal.NotCheckable(err) {
		w.unreadable, err = err, nil
	}
	return w, err
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
