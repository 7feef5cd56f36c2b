package inbound

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// record writes that a file came, or that it came again.
func (d *Desk) record(ctx context.Context, name, source string, k *keeping, j *judgement) (Outcome, error) {
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
		change.Expect, change.Events = in.Version, []domain.Event{domain.InboundRepeated{Name: name}}
		if err := d.write(ctx, "repeated", change); err != nil {
			return o, err
		}
		d.Log.Info("file of the bank came again", "id", o.ID, "name", name, "before", in.Received.Name)
		o.State = Duplicate
		return d.outcome(ctx, o)
	}
	d.at("before keep")
	if err := k.commit(o.ID); err != nil {
		return o, err
	}
	d.at("after keep")
	change.Events = []domain.Event{domain.InboundReceived{
		InboundID: o.ID, Name: name, Source: source, Header: j.Header, Totals: j.Totals, Bytes: k.bytes, Remarks: j.remarks,
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
				"id", o.ID, "other", owner, "key", j.Key(), "name", name)
		}
	}
	if err := d.write(ctx, "received", change); err != nil {
		return o, err
	}
	d.Log.Info("file of the bank received", "id", o.ID, "name", name, "source", source, "state", o.State,
		"batches", j.Totals.Batches, "entries", j.Totals.Entries, "bad_batches", len(j.bad))
	return o, nil
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
