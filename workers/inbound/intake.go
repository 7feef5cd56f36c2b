package inbound

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
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

// Duplicate is the state of a file that arrived before, under any name.
const Duplicate = projections.InboundDuplicate

// Outcome is the result of taking in a file.
type Outcome struct {
	ID    string // hash of its canonical records
	State string // received, applied, partly_quarantined, quarantined or duplicate
	Of    string // of a duplicate: the state of the file that arrived first
	// Counts are zero until the file is applied completely.
	Counts  domain.InboundApplied
	Reasons []nacha.Problem // for what is in quarantine
	// More are the outcomes of the files after the first one in the same
	// content. Each is an arrival of its own.
	More []Outcome
}

// quarantined reports whether nothing was applied of any file in the content.
func (o Outcome) quarantined() bool {
	return cmp.Or(o.Of, o.State) == projections.InboundQuarantined && !slices.ContainsFunc(o.More, func(o Outcome) bool { return !o.quarantined() })
}

// Files lists the outcome of every file in the content.
func (o Outcome) Files() []Outcome { return append([]Outcome{o}, o.More...) }

// errUnfinished means that the file is incomplete.
var errUnfinished = errors.New("the file is not all there yet")

// Take takes in a file and applies it, whichever way it came. When it
// returns without an error the file is kept and every entry of its good
// batches is in a transaction or in the queue. After an error it may be
// called again with the same content; nothing is done twice.
func (t *Intake) Take(ctx context.Context, name, source string, content io.Reader) (Outcome, error) {
	return t.handedIn(ctx, provenance{name: name, source: source}, content, func(came *opened) (Outcome, error) {
		ctx := ledger.WithWorker(ctx, "inbound")
		return t.each(nacha.NewSplit(&limited{came, t.Largest}), func(_ int, file *nacha.Split) (Outcome, error) {
			return t.takeOne(ctx, came.from, file, false)
		})
	})
}

// handedIn is opening for content from a caller. A plain acknowledgement in the
// ledger's own form does not come here: callers treat it as a person's own
// statement.
func (t *Intake) handedIn(ctx context.Context, from provenance, content io.Reader, take func(*opened) (Outcome, error)) (Outcome, error) {
	again, err := t.seekable(content)
	if err != nil {
		return Outcome{}, err
	}
	return t.opening(ctx, from, again, take)
}

// opening opens the content. If it is an acknowledgement, opening applies it;
// otherwise it calls take.
func (t *Intake) opening(ctx context.Context, from provenance, content io.ReadSeeker, take func(*opened) (Outcome, error)) (_ Outcome, err error) {
	came, err := t.open(ctx, from, content)
	if err != nil {
		return Outcome{}, err
	}
	defer func() { err = errors.Join(err, came.drop()) }()
	text, ok, err := t.textOf(ctx, came)
	if err != nil {
		return Outcome{}, err
	}
	if ok {
		return t.acknowledge(ctx, came.from, text)
	}
	return take(came)
}

// each calls do for every file in a content, and stops at the first error.
func (t *Intake) each(content *nacha.Split, do func(n int, file *nacha.Split) (Outcome, error)) (Outcome, error) {
	all, err := do(0, content)
	for n := 1; err == nil && content.Next(); n++ {
		var o Outcome
		if o, err = do(n, content); err == nil {
			all.More = append(all.More, o)
		}
	}
	return all, err
}

// takeOne receives one file and applies it. One that may still be growing is
// left with errUnfinished until it is complete.
func (t *Intake) takeOne(ctx context.Context, from provenance, file *nacha.Split, growing bool) (Outcome, error) {
	o, rv, err := t.receive(ctx, from, file, growing)
	if err != nil || o.State == projections.InboundQuarantined {
		return o, err
	}
	if err := t.nowSigned(ctx, from, o); err != nil {
		return o, err
	}
	give, err := t.applying.take(ctx)
	if err != nil {
		t.wakeRun()
		return o, err
	}
	defer give()
	if err := t.resume(ctx, o.ID, rv); err != nil {
		t.wakeRun()
		return o, err
	}
	return t.outcome(ctx, o)
}

// Accept takes in a file and lets Run apply it. When it returns without an
// error the file is kept and will be applied.
func (t *Intake) Accept(ctx context.Context, name, source string, content io.Reader) (Outcome, error) {
	return t.handedIn(ctx, provenance{name: name, source: source}, content, func(came *opened) (Outcome, error) {
		return t.accept(ctx, came.from, came, false)
	})
}

func (t *Intake) accept(ctx context.Context, from provenance, content io.Reader, growing bool) (Outcome, error) {
	ctx = ledger.WithWorker(ctx, "inbound")
	return t.each(nacha.NewSplit(content), func(n int, file *nacha.Split) (Outcome, error) {
		o, _, err := t.receive(ctx, from.part(n), file, growing)
		if err == nil {
			err = t.nowSigned(ctx, from, o)
		}
		if err == nil && o.State == projections.InboundReceived {
			t.wakeRun()
		}
		return o, err
	})
}

// outcome completes an outcome from the state of the file in the log.
func (t *Intake) outcome(ctx context.Context, o Outcome) (Outcome, error) {
	in, err := t.Ledger.Inbound(ctx, o.ID)
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

// nowSigned judges a file again that is quarantined because it was not signed,
// if it has now arrived signed. It can be repeated.
func (t *Intake) nowSigned(ctx context.Context, from provenance, o Outcome) error {
	if o.State != Duplicate || len(from.signedBy()) == 0 {
		return nil
	}
	in, err := t.Ledger.Inbound(ctx, o.ID)
	if err != nil || !in.HeldFor(NotSigned) {
		return err
	}
	_, err = t.Judge(ctx, o.ID, Rejudge{Reason: "it came again, signed by the bank"})
	var refusal *domain.Refusal
	if errors.As(err, &refusal) {
		return nil // it is in quarantine for something else as well
	}
	return err
}

// receive stores a file, reviews it and records its arrival, in this order: a
// crash leaves a stored file without an event, never an event without the
// file.
func (t *Intake) receive(ctx context.Context, from provenance, file *nacha.Split, growing bool) (o Outcome, rv *review, err error) {
	known, err := t.known(ctx)
	if err != nil {
		return o, nil, err
	}
	k, err := t.bankFiles.create()
	if err != nil {
		return o, nil, fmt.Errorf("keep %s: %w", from.name, err)
	}
	defer func() { err = errors.Join(err, k.drop()) }()
	rv, err = reviewer{known.ours, known.signatures(from)}.review(io.TeeReader(file, k))
	if err != nil {
		return o, nil, fmt.Errorf("receive %s: %w", from.name, err)
	}
	if from.unreadable != "" {
		rv.unreadable(from.unreadable)
	}
	if growing && from.unreadable == "" && from.signed == nil && file.Last() && !rv.finished() {
		return o, nil, errUnfinished
	}
	give, err := t.recording.take(ctx)
	if err != nil {
		return o, nil, err
	}
	defer give()
	err = t.Ledger.Retry(func() (err error) { // its stream may have changed: it is applied concurrently
		o, err = t.record(ctx, from, k, rv)
		return err
	})
	if err != nil {
		return o, nil, fmt.Errorf("receive %s: %w", from.name, err)
	}
	return o, rv, nil
}
