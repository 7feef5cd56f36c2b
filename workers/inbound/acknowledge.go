package inbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers/pgp"
)

// Acknowledge applies an operator's acknowledgement of one of our files. It is
// idempotent. A refusal means that the acknowledgement can never be applied.
type Acknowledge func(context.Context, ack.Acknowledgement) (domain.File, error)

// longestAcknowledgement is the maximum size in bytes: enough for a line about
// every batch that a file may have.
const longestAcknowledgement = 8 << 20

// ReadAcknowledgement reads an operator's acknowledgement; ok is false if the
// content is something else, of which the first bytes are then consumed. An
// incomplete acknowledgement is an error.
func ReadAcknowledgement(content io.Reader) (a ack.Acknowledgement, ok bool, err error) {
	text, ok, err := readText(content, ack.Begins)
	if !ok || err != nil {
		return a, ok, err
	}
	a, err = ack.Parse(text)
	return a, true, err
}

// readText reads a text whose first bytes are those of an acknowledgement.
func readText(content io.Reader, begins func(head []byte) bool) (text []byte, ok bool, err error) {
	head := make([]byte, 64)
	n, err := io.ReadFull(content, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, false, err
	}
	if head = head[:n]; !begins(head) {
		return nil, false, nil
	}
	rest, err := io.ReadAll(io.LimitReader(content, longestAcknowledgement))
	return slices.Concat(head, rest), true, err
}

// takeIn takes in a file that may still be growing: a NACHA file or an
// acknowledgement.
func (t *Intake) takeIn(ctx context.Context, from provenance, file io.ReadSeeker) (Outcome, error) {
	return t.opening(ctx, from, file, func(came *opened) (Outcome, error) {
		ctx := ledger.WithWorker(ctx, "inbound")
		return t.each(nacha.NewSplit(came), func(n int, file *nacha.Split) (Outcome, error) {
			return t.takeOne(ctx, came.from.part(n), file, true)
		})
	})
}

// finished reports whether a file in a folder is complete, or is one that no
// further bytes could make valid.
func (t *Intake) finished(ctx context.Context, file io.ReadSeeker) (bool, error) {
	if is, err := isMessage(file); err != nil {
		return false, err
	} else if is {
		return pgp.Whole(file)
	}
	text, ok, err := t.textOf(ctx, file)
	if err != nil || ok {
		return text.whole(), err
	}
	known, err := t.known(ctx)
	if err != nil {
		return false, err
	}
	if bare, err := known.bare(file); bare != nil || err != nil {
		return bare != nil, err
	}
	for content := nacha.NewSplit(file); ; content.Next() {
		rv, err := everyBank.review(content)
		if err != nil || content.Last() {
			return err == nil && rv.finished(), err
		}
	}
}

// acknowledge applies an acknowledgement. One that cannot be parsed, or that
// the ledger refuses, is quarantined with the reason. An incomplete one is
// errUnfinished.
func (t *Intake) acknowledge(ctx context.Context, from provenance, text answerText) (Outcome, error) {
	name := from.name
	if !text.whole() {
		return Outcome{}, errUnfinished
	}
	a, err := t.parse(ctx, text)
	if err != nil {
		return t.unacceptable(name, "acknowledgement", err), nil
	}
	unsigned, err := t.unsigned(ctx, from, a)
	if err != nil {
		return Outcome{}, err
	}
	if unsigned != nil {
		return t.unacceptable(name, NotSigned, unsigned), nil
	}
	file, err := t.Acknowledge(ctx, a)
	var refusal *domain.Refusal
	if errors.As(err, &refusal) {
		return t.unacceptable(name, string(refusal.Code), err), nil
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("apply the acknowledgement %s: %w", name, err)
	}
	t.at("after acknowledge")
	t.Log.Info("acknowledgement applied", "name", name, "origin", a.Origin, "created", a.CreatedOn+" "+a.CreatedAt, "modifier", a.Modifier, "result", a.Result)
	return Outcome{ID: file.ID, State: projections.InboundApplied}, nil
}

// unsigned refuses an unsigned acknowledgement of a bank that signs them.
func (t *Intake) unsigned(ctx context.Context, from provenance, a ack.Acknowledgement) (refused, err error) {
	if err := t.Views.CatchUp(ctx); err != nil {
		return nil, err
	}
	file, ok, err := t.Views.FileHeaded(ctx, domain.HeaderName(a.Origin, a.CreatedOn, a.CreatedAt, a.Modifier))
	if err != nil || !ok {
		return nil, err
	}
	bank, err := t.Ledger.Bank(ctx, file.ODFI)
	if err != nil || from.source == FromSimulation || !bank.PGP.Signs(domain.PlainAcknowledgements) || slices.Contains(from.signedBy(), file.ODFI) {
		return nil, err
	}
	why := ""
	if from.signed != nil {
		why = from.signed.Wrong
	}
	return errors.New(notSigned(file.ODFI, why, domain.PlainAcknowledgements, "hand it in with POST /v1/ops/inbound, decrypted")), nil
}

func (t *Intake) unacceptable(name, code string, err error) Outcome {
	t.Log.Error("an acknowledgement goes into quarantine", "name", name, "err", err)
	return Outcome{State: projections.InboundQuarantined, Reasons: []nacha.Problem{{Code: code, Message: err.Error()}}}
}
