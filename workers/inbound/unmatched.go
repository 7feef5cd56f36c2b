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

// unmatchedEntry is an entry in the queue.
type unmatchedEntry struct {
	*inboundEntry
	queued *domain.EntryQueued
	at     time.Time // when it was queued
	// unreadable is why its account number cannot be opened; such an entry can
	// only be dismissed.
	unreadable error
}

// settle decides about an entry in the queue. If decide returns events, they
// and the changes are written in one append.
func (t *Intake) settle(ctx context.Context, id string, decide func(domain.Unmatched) ([]domain.Event, error), changes func(unmatchedEntry) ([]ledger.Change, error)) (domain.Unmatched, error) {
	at := ledger.UnmatchedStream(id).Existing("unmatched entry %s", id).Through(t.through("decision"))
	return ledger.ExecuteWith(ctx, t.Ledger, at, func(entry domain.Unmatched) (d ledger.Decision, err error) {
		if d.Events, err = decide(entry); err != nil || len(d.Events) == 0 {
			return d, err
		}
		u := unmatchedEntry{queued: entry.Queued, at: entry.At}
		u.inboundEntry, err = t.entryOf(entry.Queued)
		if ledger.Exchanged(err) || seal.NotCheckable(err) {
			u.unreadable, err = err, nil
		}
		if err == nil {
			d.With, err = changes(u)
		}
		return d, err
	})
}

// entryOf is the inverse of queuedEvent.
func (t *Intake) entryOf(q *domain.EntryQueued) (*inboundEntry, error) {
	open, _, err := t.Ledger.OpenQueued(q)
	if err != nil {
		open = ledger.Queued{Entry: domain.Entry{Header: q.Header, Entry: q.Entry}}
	}
	e := &inboundEntry{id: q.EntryID, inbound: q.Inbound, header: &open.Entry.Header}
	e.Entry, e.Line, e.Unsupported = open.Entry.Entry, q.Line, len(q.Raw) > 0
	e.Kind = e.Entry.Kind()
	if e.Kind == nacha.KindForward && nacha.TransactionCode(e.Entry.Code).Return() {
		e.Kind = "" // a return without the addenda that names the original
	}
	if q.SettledOn != "" {
		day, err := calendar.ParseDate(q.SettledOn)
		if err != nil {
			return nil, err
		}
		e.settledOn, e.created = day, day // the file was created by then
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
// refuses without a reason, and if the entry was decided otherwise before.
func (t *Intake) Dismiss(ctx context.Context, entry, reason string) error {
	if reason == "" {
		return badField("/reason", "required", "say why nothing is to be done: the money of the entry stays where it is")
	}
	_, err := t.settle(ctx, entry, domain.DismissEntry{Reason: reason}.Decide,
		func(unmatchedEntry) ([]ledger.Change, error) { return nil, nil })
	return err
}
