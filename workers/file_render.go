package workers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// RenderFile makes the bytes of a cut file from the log alone, and the same
// bytes every time. It does not verify them.
func RenderFile(ctx context.Context, l *ledger.Ledger, file domain.File) ([]byte, error) {
	r, err := newRendering(l, file, nil)
	if err == nil {
		err = entriesOf(ctx, l, file, r.add)
	}
	return r.close(err)
}

// RenderMasked is RenderFile with only the last digits of account numbers. It
// needs no key.
func RenderMasked(ctx context.Context, l *ledger.Ledger, file domain.File) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(size(file))
	w, err := newEntryWriter(&out, file, func(e *entryInFile) error {
		data := ""
		switch to, answers := e.transaction.Item(e.item.ReplyTo); {
		case e.Entry.Entry.Correction != nil && e.item.Outgoing != nil:
			data = e.item.Outgoing.DataMasked
		case e.Entry.Entry.RefusedChange != nil && answers && to.Incoming != nil:
			data = to.Incoming.DataMasked
		}
		e.Entry.Reveal(e.transaction.InRecordOf(e.item).Account.Masked(), data)
		return nil
	}, func(o domain.FileOffset) (nacha.Entry, error) {
		b := file.Batches[o.Batch-1]
		return o.Entry(b, b.Balance.Account.Masked()), nil
	})
	if err == nil {
		err = entriesOf(ctx, l, file, w.add)
	}
	if err == nil {
		err = w.close()
	}
	if err != nil {
		return nil, fmt.Errorf("render file %s: %w", file.ID, err)
	}
	return out.Bytes(), nil
}

// rendering makes the bytes of a cut file, entry by entry.
type rendering struct {
	file  domain.File
	out   bytes.Buffer
	w     *entryWriter
	want  *expected // gets each entry before it is written, and the bytes; may be nil
	wrong exchanged
	// attested, if set, reports whether an entry's account and order are known to
	// be those that were recorded.
	attested func(*entryInFile) bool
}

func newRendering(l *ledger.Ledger, file domain.File, want *expected) (*rendering, error) {
	r := &rendering{file: file, want: want}
	reveal := func(e *entryInFile) error {
		number, err := l.Reveal(&e.transaction, e.item, &e.Entry)
		if err == nil && (r.attested == nil || !r.attested(e)) {
			sent := e.transaction.InRecordOf(e.item)
			err = l.Attest(&sent, number)
		}
		if ledger.Exchanged(err) {
			r.wrong.add(e, err)
			return errLeftOut
		}
		if err != nil || want == nil {
			return err
		}
		return want.add(e)
	}
	offset := func(o domain.FileOffset) (nacha.Entry, error) {
		e, err := revealOffset(l, file, o)
		if err != nil || want == nil {
			return e, err
		}
		return e, want.offset(o, e)
	}
	r.out.Grow(size(file))
	out := io.Writer(&r.out)
	if want != nil {
		out = io.MultiWriter(&r.out, want.read)
	}
	var err error
	r.w, err = newEntryWriter(out, file, reveal, offset)
	return r, err
}

// add writes the next entry of the file.
func (r *rendering) add(e *entryInFile) error { return r.w.add(e) }

// close returns the bytes, unless the entries could not all be added, which err
// says. It returns an *ExchangedError if entries are not those that were
// recorded.
func (r *rendering) close(err error) ([]byte, error) {
	if err == nil {
		err = r.w.close()
	}
	if len(r.wrong) > 0 {
		err = &ExchangedError{r.wrong}
	}
	if err != nil {
		return nil, fmt.Errorf("render file %s: %w", r.file.ID, err)
	}
	return r.out.Bytes(), nil
}

// errLeftOut makes an entryWriter leave an entry out; the bytes are then
// discarded.
var errLeftOut = errors.New("the entry is left out")

// entryWriter writes a cut file. It calls reveal to open each entry's account,
// and offset for the entry that balances a batch.
type entryWriter struct {
	file   domain.File
	w      *nacha.Writer
	batch  int // number of the open one; 0 before the first
	reveal func(*entryInFile) error
	offset func(domain.FileOffset) (nacha.Entry, error)
}

func newEntryWriter(out io.Writer, file domain.File, reveal func(*entryInFile) error, offset func(domain.FileOffset) (nacha.Entry, error)) (*entryWriter, error) {
	if file.Cut == nil {
		return nil, errors.New("it is not cut yet")
	}
	w, err := nacha.NewWriter(out, file.Header(), lineEnding(file))
	return &entryWriter{file: file, w: w, reveal: reveal, offset: offset}, err
}

// add writes the next entry of the file.
func (w *entryWriter) add(e *entryInFile) error {
	if e.batch < 1 || e.batch > len(w.file.Batches) {
		return fmt.Errorf("an entry is in batch %d of %d", e.batch, len(w.file.Batches))
	}
	begins := e.batch != w.batch
	if begins {
		if err := w.end(); err != nil {
			return err
		}
	}
	if err := w.reveal(e); errors.Is(err, errLeftOut) {
		return nil
	} else if err != nil {
		return err
	}
	if begins {
		w.batch = e.batch
		if err := w.w.Begin(w.file.Batches[e.batch-1].BatchHeader); err != nil {
			return err
		}
	}
	return w.w.Entry(&e.Entry.Entry)
}

// end ends the open batch, if there is one.
func (w *entryWriter) end() error {
	batch := w.batch
	if w.batch = 0; batch == 0 {
		return nil
	}
	if o, ok := w.file.OffsetIn(batch); ok {
		e, err := w.offset(o)
		if err != nil {
			return err
		}
		if err := w.w.Entry(&e); err != nil {
			return err
		}
	}
	return w.w.End()
}

// close ends the file, which must have the totals that it was cut with.
func (w *entryWriter) close() error {
	if err := w.end(); err != nil {
		return err
	}
	totals, err := w.w.Close()
	if err == nil && totals != w.file.Cut.Totals {
		err = fmt.Errorf("its totals are %+v, the log cut it with %+v", totals, w.file.Cut.Totals)
	}
	return err
}

// size is the largest number of bytes of a cut file.
func size(file domain.File) int {
	if file.Cut == nil {
		return 0
	}
	const line, padding = 96, 9 // a record with its line end; records that fill the last block
	t := file.Cut.Totals
	return line * (2 + 2*t.Batches + t.Entries + t.Addenda + padding)
}

func lineEnding(file domain.File) string {
	if file.Opened.Settings.LineEnding == "CRLF" {
		return "\r\n"
	}
	return "\n"
}
