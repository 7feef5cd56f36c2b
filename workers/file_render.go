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

// RenderFile makes the bytes of a cut file from the log alone, and the same
// bytes every time. It does not verify them.
func RenderFile(ctx context.Context, l *ledger.Ledger, file domain.File) ([]byte, error) {
	var out bytes.Buffer
	if err := render(ctx, l, file, &out, nil); err != nil {
		return nil, fmt.Errorf("render file %s: %w", file.ID, err)
	}
	return out.Bytes(), nil
}

// RenderMasked is RenderFile with only the last digits of account numbers. It
// needs no key.
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
	}, func(o domain.FileOffset) (nacha.Entry, error) {
		b := file.Batches[o.Batch-1]
		return o.Entry(b, b.Balance.Account.Masked()), nil
	})
	if err != nil {
		return nil, fmt.Errorf("render file %s: %w", file.ID, err)
	}
	return out.Bytes(), nil
}

// render writes the file. If want is not nil, each entry is added to it before
// it is written. It returns an *ExchangedError if entries are not those that
// were recorded.
func render(ctx context.Context, l *ledger.Ledger, file domain.File, out *bytes.Buffer, want *expected) error {
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
		if err != nil || want == nil {
			return err
		}
		return want.add(e)
	}, func(o domain.FileOffset) (nacha.Entry, error) {
		e, err := revealOffset(l, file, o)
		if err != nil || want == nil {
			return e, err
		}
		return e, want.offset(o, e)
	})
	if len(wrong) > 0 {
		return &ExchangedError{wrong}
	}
	return err
}

// errLeftOut makes writeEntries leave an entry out; the bytes are then
// discarded.
var errLeftOut = errors.New("the entry is left out")

// writeEntries writes the file. It calls reveal to open each entry's account,
// and offset for the entry that balances a batch.
func writeEntries(ctx context.Context, l *ledger.Ledger, file domain.File, out *bytes.Buffer, reveal func(*entryInFile) error, offset func(domain.FileOffset) (nacha.Entry, error)) error {
	if file.Cut == nil {
		return errors.New("it is not cut yet")
	}
	out.Grow(size(file.Cut.Totals))
	w, err := nacha.NewWriter(out, file.Header(), lineEnding(file))
	if err != nil {
		return err
	}
	batch := 0
	end := func() error {
		if batch == 0 {
			return nil // no batch is open
		}
		if o, ok := file.OffsetIn(batch); ok {
			e, err := offset(o)
			if err != nil {
				return err
			}
			if err := w.Entry(&e); err != nil {
				return err
			}
		}
		return w.End()
	}
	err = entriesOf(ctx, l, file, func(e entryInFile) error {
		if e.batch != batch {
			if err := end(); err != nil {
				return err
			}
			if batch = e.batch; batch < 1 || batch > len(file.Batches) {
				return fmt.Errorf("an entry is in batch %d of %d", batch, len(file.Batches))
			}
			if err := w.Begin(file.Batches[batch-1].BatchHeader); err != nil {
				return err
			}
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
	if err := end(); err != nil {
		return err
	}
	totals, err := w.Close()
	if err == nil && totals != file.Cut.Totals {
		err = fmt.Errorf("its totals are %+v, the log cut it with %+v", totals, file.Cut.Totals)
	}
	return err
}

// size is the largest number of bytes of a file with these totals.
func size(t nacha.Totals) int {
	const line, padding = 96, 9 // a record with its line end; records that fill the last block
	return line * (2 + 2*t.Batches + t.Entries + t.Addenda + padding)
}

func lineEnding(file domain.File) string {
	if file.Opened.Settings.LineEnding == "CRLF" {
		return "\r\n"
	}
	return "\n"
}
