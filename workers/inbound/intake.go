package inbound

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// Sources of files, as the log names them.
const (
	FromInbox      = "inbox"
	FromSFTP       = "sftp"
	FromAPI        = "api"
	FromIngest     = "ingest"
	FromSimulation = "simulation"
)

// Duplicate is the state of a file that came before, under whatever name.
const Duplicate = "duplicate"

// Outcome is what became of a file.
type Outcome struct {
	ID    string // hash of its canonical records
	State string // received, applied, partly_quarantined, quarantined or duplicate
	Of    string // of a duplicate: where the file stands that came before
	// Counts are zero until the file is applied to its end.
	Counts  domain.InboundApplied
	Reasons []nacha.Problem // for what is in quarantine
}

// errUnfinished says that the rest of a file is still to come.
var errUnfinished = errors.New("the file is not all there yet")

// Intake takes in a file and applies it, whichever way it came. When it
// returns without an error the file is kept and every entry of its good
// batches is in a transaction or in the queue. After an error it may be
// called again with the same content; nothing is done twice.
func (d *Desk) Intake(ctx context.Context, name, source string, content io.Reader) (Outcome, error) {
	return d.intake(ctx, name, source, content, false)
}

// intake does what Intake says. A file that may still be growing is left
// alone with errUnfinished until it is whole.
func (d *Desk) intake(ctx context.Context, name, source string, content io.Reader, growing bool) (Outcome, error) {
	ctx = ledger.WithRequest(ctx, "", "inbound")
	o, j, err := d.receive(ctx, name, source, content, growing)
	if err != nil || o.State == projections.InboundQuarantined {
		return o, err
	}
	give, err := d.applying.take(ctx)
	if err != nil {
		d.goOn()
		return o, err
	}
	defer give()
	if err := d.resume(ctx, o.ID, j); err != nil {
		d.goOn()
		return o, err
	}
	return d.outcome(ctx, o)
}

// Accept takes in a file and lets Run apply it. When it returns without an
// error the file is kept and will be applied.
func (d *Desk) Accept(ctx context.Context, name, source string, content io.Reader) (Outcome, error) {
	o, _, err := d.receive(ledger.WithRequest(ctx, "", "inbound"), name, source, content, false)
	if err == nil && o.State == projections.InboundReceived {
		d.goOn()
	}
	return o, err
}

// outcome says where a file stands after it was applied.
func (d *Desk) outcome(ctx context.Context, o Outcome) (Outcome, error) {
	in, err := d.Ledger.Inbound(ctx, o.ID)
	if err != nil {
		return o, err
	}
	if o.State == Duplicate {
		o.Of = in.State()
	} else {
		o.State = in.State()
	}
	if in.Applied != nil {
		o.Counts = *in.Applied
	}
	o.Reasons = nil
	for _, q := range in.Quarantined {
		o.Reasons = append(o.Reasons, q.Reasons...)
	}
	return o, nil
}

// receive keeps a file, judges it and records that it came, in this order: a
// crash leaves a kept file that nobody knows, never a known one that is lost.
func (d *Desk) receive(ctx context.Context, name, source string, content io.Reader, growing bool) (o Outcome, j *judgement, err error) {
	if err := d.Views.CatchUp(ctx); err != nil {
		return o, nil, fmt.Errorf("wait for the views: %w", err)
	}
	known, err := d.receivers.current(ctx)
	if err != nil {
		return o, nil, err
	}
	k, err := d.vault.create()
	if err != nil {
		return o, nil, fmt.Errorf("keep %s: %w", name, err)
	}
	defer func() { err = errors.Join(err, k.drop()) }()
	j, err = judge(io.TeeReader(content, k), known.ours)
	if err != nil {
		return o, nil, fmt.Errorf("receive %s: %w", name, err)
	}
	if growing && !j.finished() {
		return o, nil, errUnfinished
	}
	give, err := d.recording.take(ctx)
	if err != nil {
		return o, nil, err
	}
	defer give()
	for range attempts {
		o, err = d.record(ctx, name, source, k, j)
		var moved *eventstore.VersionError
		if !errors.As(err, &moved) { // else it was applied to its end just now
			break
		}
	}
	if err != nil {
		return o, nil, fmt.Errorf("receive %s: %w", name, err)
	}
	return o, j, nil
}

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
		InboundID: o.ID, Name: name, Source: source, Header: j.Header, Totals: j.Totals, Bytes: k.bytes,
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
