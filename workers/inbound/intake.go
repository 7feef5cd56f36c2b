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
