package inbound

import (
	"bytes"
	"context"
	"io"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
)

// answerText is an acknowledgement as received: in the ledger's format, or in
// that of a configured bank.
type answerText struct {
	text  []byte
	forms []bankForm // none: the ledger's own form
}

// bankForm is a bank's format of acknowledgements.
type bankForm struct {
	ack.Form
	origin string // of the file, if the text does not contain it
}

// isAnswer reports whether a content, or its beginning, is an acknowledgement.
// forms are the banks' formats that it can be in; none for the ledger's own.
func (a *accounts) isAnswer(head []byte) (forms []bankForm, is bool) {
	if ack.Begins(head) {
		return nil, true
	}
	for _, f := range a.forms {
		if f.Is(head) {
			forms = append(forms, f)
		}
	}
	return forms, len(forms) > 0
}

// whole reports whether the text is complete.
func (a answerText) whole() bool {
	if len(a.text) >= longestAcknowledgement {
		return true
	}
	if len(a.forms) == 0 {
		return ack.Whole(a.text)
	}
	return slices.ContainsFunc(a.forms, func(f bankForm) bool { return f.Whole(a.text) })
}

// textOf reads an acknowledgement, and rewinds anything else.
func (t *Intake) textOf(ctx context.Context, content io.ReadSeeker) (text answerText, ok bool, err error) {
	if t.Acknowledge == nil {
		return text, false, nil
	}
	known, err := t.known(ctx)
	if err != nil {
		return text, false, err
	}
	all, ok, err := readText(content, func(head []byte) (is bool) {
		text.forms, is = known.isAnswer(head)
		return is
	})
	if err == nil && !ok {
		_, err = content.Seek(0, io.SeekStart)
	}
	text.text = bytes.TrimRight(all, "\x1a")
	return text, ok, err
}

// parse parses a text. If several banks use the same format, it belongs to the
// bank whose file it identifies.
func (t *Intake) parse(ctx context.Context, text answerText) (a ack.Acknowledgement, err error) {
	if len(text.forms) == 0 {
		return ack.Parse(text.text)
	}
	if err := t.Views.CatchUp(ctx); err != nil {
		return a, err
	}
	for i, form := range text.forms {
		read, failed := form.Parse(text.text, form.origin)
		if i == 0 {
			a, err = read, failed
		}
		if failed != nil {
			continue
		}
		if _, ok, e := t.Views.FileHeaded(ctx, domain.HeaderName(read.Origin, read.CreatedOn, read.CreatedAt, read.Modifier)); ok || e != nil {
			return read, e
		}
	}
	return a, err
}
