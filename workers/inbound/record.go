package inbound

import (
	"context"
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// arrived says how a file came.
type arrived struct {
	name, source string
	// id tells this arrival from others of the same content where it may be
	// read again: after a crash, or when a file behind it failed. Empty where
	// every reading is an arrival.
	id string
}

// part is the arrival of the n-th file, from 0, of the same content.
func (a arrived) part(n int) arrived {
	if a.id != "" && n > 0 {
		a.id += fmt.Sprintf("/%d", n)
	}
	return a
}

// record writes that a file came, or that it came again.
func (d *Desk) record(ctx context.Context, from arrived, k *keeping, j *judgement) (Outcome, error) {
	o := Outcome{ID: j.Hash, State: projections.InboundReceived}
	change := ledger.Change{Stream: domain.InboundStream(o.ID), Client: domain.LedgerClient}
	in, err := d.Ledger.Inbound(ctx, o.ID)
	if err != nil {
		return o, err
	}
	if in.Received != nil {
		if !d.vault.has(o.ID) {
			if err := k.commit(o.ID); err != nil { // it was lost
				return o, err
			}
		}
		return d.recordAgain(ctx, from, in, o)
	}
	d.at("before keep")
	if err := k.commit(o.ID); err != nil {
		return o, err
	}
	d.at("after keep")
	change.Events = []domain.Event{domain.InboundReceived{
		InboundID: o.ID, Name: from.name, Source: from.source, Arrival: from.id, Header: j.Header, Totals: j.Totals, Bytes: k.Bytes, Remarks: j.remarks,
	}}
	if q, bad := j.quarantine(); bad {
		change.Events = append(change.Events, q)
		if len(q.Batches) == 0 {
			o.State = projections.InboundQuarantined
		}
		o.Reasons = q.Reasons
	}
	if o.State == projections.InboundReceived {
		owner, err := d.keyOwner(ctx, j.Key())
		if err != nil {
			return o, err
		}
		if owner != "" {
			change.Events = append(change.Events, domain.InboundKeyReused{Other: owner})
			d.Log.Error("two files of the bank with different content have the same origin, date, time and modifier",
				"id", o.ID, "other", owner, "key", j.Key(), "name", from.name)
		}
	}
	if err := d.write(ctx, "received", change); err != nil {
		return o, err
	}
	d.Log.Info("file of the bank received", "id", o.ID, "name", from.name, "source", from.source, "state", o.State,
		"batches", j.Totals.Batches, "entries", j.Totals.Entries, "bad_batches", len(j.bad))
	return o, nil
}

// recordAgain writes that a known file came again, once for each arrival.
func (d *Desk) recordAgain(ctx context.Context, from arrived, in domain.Inbound, o Outcome) (Outcome, error) {
	known := -1
	if from.id != "" {
		known = slices.Index(in.Arrivals, from.id)
	}
	if known != 0 {
		o.State = Duplicate
	}
	if known < 0 {
		err := d.write(ctx, "repeated", ledger.Change{
			Stream: domain.InboundStream(o.ID), Client: domain.LedgerClient, Expect: in.Version,
			Events: []domain.Event{domain.InboundRepeated{Name: from.name, Source: from.source, Arrival: from.id}},
		})
		if err != nil {
			return o, err
		}
		d.Log.Info("file of the bank came again", "id", o.ID, "name", from.name, "before", in.Received.Name)
	}
	return d.outcome(ctx, o)
}

// quarantine is what of the file is not applied, if anything.
func (j *judgement) quarantine() (q domain.InboundQuarantined, bad bool) {
	switch {
	case j.whole():
	case len(j.bad) > 0:
		q.Batches = j.bad
	default:
		return q, false
	}
	q.Reasons = j.allReasons()
	return q, true
}

// keyOwner finds the file that applied something under a header key, "" if
// there is none.
func (d *Desk) keyOwner(ctx context.Context, key string) (string, error) {
	if err := d.Views.CatchUp(ctx); err != nil {
		return "", fmt.Errorf("wait for the views: %w", err)
	}
	files, err := d.Views.InboundByKey(ctx, key)
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
