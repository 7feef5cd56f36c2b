package inbound

import (
	"bytes"
	"context"
	"io"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
)

// answerText is an acknowledgement as it came: in the ledger's form, or in the
// words of banks that are set up.
type answerText struct {
	text  []byte
	forms []bankForm // none: the ledger's own form
}

// bankForm is how a bank prints acknowledgements.
type bankForm struct {
	ack.Form
	origin string // of the file where the text does not say it
}

// isAnswer reports which forms a content, or its beginning, is in.
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

// whole reports whether the text has come to its end.
func (a answerText) whole() bool {
	if len(a.text) >= longestAcknowledgement {
		return true
	}
	if len(a.forms) == 0 {
		return ack.Whole(a.text)
	}
	return slices.ContainsFunc(a.forms, func(f bankForm) bool { return f.Whole(a.text) })
}

// textOf reads an acknowledgement, and goes back to the beginning of anything
// else.
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

// parse reads a text. Where several banks print alike it is the one whose file
// it names.
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
