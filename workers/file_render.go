package workers

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// RenderFile makes the bytes of a cut file from the log alone: the same bytes
// every time. They are not checked.
func RenderFile(ctx context.Context, l *ledger.Ledger, file domain.File) ([]byte, error) {
	var out bytes.Buffer
	if err := render(ctx, l, file, &out, func(*entryInFile) error { return nil }); err != nil {
		return nil, fmt.Errorf("render file %s: %w", file.ID, err)
	}
	return out.Bytes(), nil
}

// RenderMasked is RenderFile with the last digits of account numbers alone, for
// which it needs no key.
func RenderMasked(ctx context.Context, l *ledger.Ledger, file domain.File) ([]byte, error) {
	var out bytes.Buffer
	err := writeEntries(ctx, l, file, &out, func(e *entryInFile) error {
		data := ""
		switch to, answers := e.transaction.Item(e.item.ReplyTo); {
		case e.Entry.Entry.Correction != nil && e.item.Outgoing != nil:
			data = e.item.Outgoing.DataMasked
		case e.Entry.Entry.RefusedChange != nil && answers && to.Incoming != nil:
			data = to.Incoming.DataMasked
		}
		e.Entry.Reveal(e.transaction.Account.Masked(), data)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("render file %s: %w", file.ID, err)
	}
	return out.Bytes(), nil
}

// render writes the file, and shows each entry to seen before it is written.
// Entries that are not what was recorded end in an *ExchangedError.
func render(ctx context.Context, l *ledger.Ledger, file domain.File, out *bytes.Buffer, seen func(*entryInFile) error) error {
	var wrong exchanged
	err := writeEntries(ctx, l, file, out, func(e *entryInFile) error {
		number, err := l.Reveal(&e.transaction, e.item, &e.Entry)
		if err == nil {
			err = l.Attest(&e.transaction, number)
		}
		if ledger.Exchanged(err) {
			wrong.add(e, err)
			return errLeftOut
		}
		if err != nil {
			return err
		}
		return seen(e)
	})
	if len(wrong) > 0 {
		return &ExchangedError{wrong}
	}
	return err
}

// errLeftOut leaves an entry out; the bytes written are then discarded.
var errLeftOut = errors.New("the entry is left out")

// writeEntries writes the file. Each entry is first made readable by reveal.
func writeEntries(ctx context.Context, l *ledger.Ledger, file domain.File, out *bytes.Buffer, reveal func(*entryInFile) error) error {
	if file.Cut == nil {
		return errors.New("it is not cut yet")
	}
	out.Grow(size(file.Cut.Totals))
	w, err := nacha.NewWriter(out, file.Header(), lineEnding(file))
	if err != nil {
		return err
	}
	batch := 0
	err = entriesOf(ctx, l, file, func(e entryInFile) error {
		if e.batch != batch {
			if err := nextBatch(w, file, batch, e.batch); err != nil {
				return err
			}
			batch = e.batch
		}
		if err := reveal(&e); errors.Is(err, errLeftOut) {
			return nil
		} else if err != nil {
			return err
		}
		return w.Entry(&e.Entry.Entry)
	})
	if err != nil {
		return err
	}
	if batch > 0 {
		if err := w.End(); err != nil {
			return err
		}
	}
	totals, err := w.Close()
	if err == nil && totals != file.Cut.Totals {
		err = fmt.Errorf("its totals are %+v, the log cut it with %+v", totals, file.Cut.Totals)
	}
	return err
}

// size is the most bytes a file with these totals has.
func size(t nacha.Totals) int {
	const line, padding = 96, 9 // a record with its end; records that fill the last block
	return line * (2 + 2*t.Batches + t.Entries + t.Addenda + padding)
}

// nextBatch closes a batch, unless it is before the first, and opens another.
func nextBatch(w *nacha.Writer, file domain.File, from, to int) error {
	if from > 0 {
		if err := w.End(); err != nil {
			return err
		}
	}
	if to < 1 || to > len(file.Batches) {
		return fmt.Errorf("an entry is in batch %d of %d", to, len(file.Batches))
	}
	return w.Begin(file.Batches[to-1].BatchHeader)
}

func lineEnding(file domain.File) string {
	if file.Opened.Settings.LineEnding == "CRLF" {
		return "\r\n"
	}
	return "\n"
}
