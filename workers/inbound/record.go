package inbound

import (
	"context"
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers/pgp"
)

// provenance is how a file arrived.
type provenance struct {
	name, source string
	// id identifies the arrival of a content that may be read again: after a
	// crash, or when a later file in it failed. "" if every reading is an
	// arrival of its own.
	id string
	// signed is the bank's signature of an encrypted file. unreadable is why it
	// could not be decrypted.
	signed     *pgp.Signature
	unreadable string
	completed  bool // its file header or control was added here
}

// signedBy returns the ODFIs whose bank signed the file.
func (a provenance) signedBy() []string {
	if a.signed == nil {
		return nil
	}
	return a.signed.ODFIs
}

// signature returns the signature for the log; nil without one.
func (a provenance) signature() *domain.InboundSignature {
	if len(a.signedBy()) == 0 {
		return nil
	}
	return &domain.InboundSignature{Key: a.signed.Key, ODFIs: a.signed.ODFIs}
}

// part returns the arrival of the n-th file in the same content, from 0.
func (a provenance) part(n int) provenance {
	if a.id != "" && n > 0 {
		a.id += fmt.Sprintf("/%d", n)
	}
	return a
}

// record records that a file arrived, for the first time or again.
func (t *Intake) record(ctx context.Context, from provenance, k *newFile, rv *review) (Outcome, error) {
	o := Outcome{ID: rv.Hash, State: projections.InboundReceived}
	in, err := t.Ledger.Inbound(ctx, o.ID)
	if err != nil {
		return o, err
	}
	if in.Received != nil {
		if !t.bankFiles.has(o.ID) {
			if err := k.commit(o.ID); err != nil { // the kept file was lost
				return o, err
			}
		}
		return t.recordAgain(ctx, from, in, o)
	}
	t.at("before keep")
	if err := k.commit(o.ID); err != nil {
		return o, err
	}
	t.at("after keep")
	events := []domain.Event{domain.InboundReceived{
		InboundID: o.ID, Name: from.name, Source: from.source, Arrival: from.id, Header: rv.Header, Totals: rv.Totals, Bytes: k.Bytes, Remarks: rv.remarks,
		Signed: from.signature(), Completed: from.completed,
	}}
	if q, bad := rv.quarantine(); bad {
		events = append(events, q)
		if len(q.Batches) == 0 {
			o.State = projections.InboundQuarantined
		}
		o.Reasons = q.Reasons
	}
	if o.State == projections.InboundReceived && !from.completed {
		reused, err := t.keyReused(ctx, from, rv)
		if err != nil {
			return o, err
		}
		events = append(events, reused...)
	}
	if err := t.write(ctx, "received", ledger.Change{Stream: domain.InboundStream(o.ID), Client: domain.LedgerClient, Events: events}); err != nil {
		return o, err
	}
	t.Log.Info("file of the bank received", "id", o.ID, "name", from.name, "source", from.source, "state", o.State,
		"batches", rv.Totals.Batches, "entries", rv.Totals.Entries, "bad_batches", len(rv.bad))
	return o, nil
}

// recordAgain records another arrival of a known file, once for each arrival.
func (t *Intake) recordAgain(ctx context.Context, from provenance, in domain.Inbound, o Outcome) (Outcome, error) {
	known := -1
	if from.id != "" {
		known = slices.Index(in.Arrivals, from.id)
	}
	if known != 0 {
		o.State = Duplicate
	}
	if known < 0 {
		err := t.write(ctx, "repeated", ledger.Change{
			Stream: domain.InboundStream(o.ID), Client: domain.LedgerClient, Expect: in.Version,
			Events: []domain.Event{domain.InboundRepeated{Name: from.name, Source: from.source, Arrival: from.id, Signed: from.signature()}},
		})
		if err != nil {
			return o, err
		}
		t.Log.Info("file of the bank came again", "id", o.ID, "name", from.name, "before", in.Received.Name)
	}
	return t.outcome(ctx, o)
}

// quarantine returns what is not applied of the file; bad is false if all of it
// is.
func (rv *review) quarantine() (q domain.InboundQuarantined, bad bool) {
	switch {
	case rv.whole():
	case len(rv.bad) > 0:
		q.Batches = rv.bad
	default:
		return q, false
	}
	q.Reasons = rv.allReasons()
	return q, true
}

// keyReused returns the event that another file with the header of this one was,
// or will be, applied; nothing if there is none.
func (t *Intake) keyReused(ctx context.Context, from provenance, rv *review) ([]domain.Event, error) {
	owner, err := t.keyOwner(ctx, rv.Key())
	if err != nil || owner == "" {
		return nil, err
	}
	t.Log.Error("two files of the bank with different content have the same origin, date, time and modifier",
		"id", rv.Hash, "other", owner, "key", rv.Key(), "name", from.name)
	return []domain.Event{domain.InboundKeyReused{Other: owner}}, nil
}

// keyOwner finds a file with the same header key that was, or will be, applied
// at least in part; "" if there is none.
func (t *Intake) keyOwner(ctx context.Context, key string) (string, error) {
	if err := t.Views.CatchUp(ctx); err != nil {
		return "", fmt.Errorf("wait for the views: %w", err)
	}
	files, err := t.Views.InboundByKey(ctx, key)
	if err != nil {
		return "", fmt.Errorf("look for other files with the same header: %w", err)
	}
	for _, f := range files {
		unfinished := f.State == projections.InboundReceived
		if unfinished || f.Applied+f.Unmatched > 0 {
			return f.ID, nil
		}
	}
	return "", nil
}
