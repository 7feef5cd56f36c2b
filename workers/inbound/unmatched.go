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
)

// waiting is an entry of the queue with what was decided about it.
type waiting struct {
	*arrival
	queued  *domain.EntryQueued
	at      time.Time // it was queued
	version int64
	decided domain.Event // nil while it waits
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
	w.arrival, err = d.arrivalOf(w.queued)
	return w, err
}

// arrivalOf is the inverse of queued.
func (d *Desk) arrivalOf(q *domain.EntryQueued) (*arrival, error) {
	e := &arrival{id: q.EntryID, inbound: q.Inbound, header: &q.Header}
	if len(q.Whole) > 0 {
		whole, err := d.Ledger.OpenWhole(q.Account.In, domain.LedgerClient, q.Whole)
		if err != nil {
			return nil, err
		}
		e.header, q.Entry = &whole.Header, whole.Entry
	}
	e.Entry, e.Line, e.Unsupported = q.Entry, q.Line, len(q.Raw) > 0
	e.Kind = e.Entry.Kind()
	if e.Kind == nacha.KindForward && nacha.TransactionCode(e.Entry.Code).Return() {
		e.Kind = "" // an answer that does not say to what
	}
	var err error
	if q.SettledOn != "" {
		if e.settledOn, err = calendar.ParseDate(q.SettledOn); err != nil {
			return nil, err
		}
	}
	if e.Entry.Account, err = d.Ledger.OpenAccount(domain.LedgerClient, q.Account); err != nil {
		return nil, err
	}
	if len(q.Data) == 0 {
		return e, nil
	}
	data, err := d.Ledger.OpenDataIn(q.Account.In, q.EntryID, domain.LedgerClient, q.Data)
	if c := e.Entry.Correction; c != nil {
		c.Data = data
	}
	if c := e.Entry.RefusedChange; c != nil {
		c.Data = data
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
