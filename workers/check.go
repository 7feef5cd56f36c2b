package workers

import (
	"bytes"
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// renderChecked makes a file's bytes and, at the same time, reads the log a
// second time for what they should say. It returns them only if the strict
// reader finds every field of every record so: what a batch says must be what
// each of its entries says of itself.
func renderChecked(ctx context.Context, l *ledger.Ledger, file domain.File) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type expected struct {
		file nacha.File
		err  error
	}
	second := make(chan expected, 1)
	go func() {
		want, err := expectation(ctx, l, file)
		second <- expected{want, err}
	}()
	content, err := RenderFile(ctx, l, file)
	if err != nil {
		cancel()
		<-second
		return nil, err
	}
	want := <-second
	if want.err == nil {
		want.err = nacha.Compare(bytes.NewReader(content), want.file)
	}
	if want.err != nil {
		return content, fmt.Errorf("file %s does not say what the log says: %w", file.ID, want.err)
	}
	return content, nil
}

// expectation is the file as its transactions want it. Only what the cut
// decided is taken from the file's own events: number, service class and
// effective date of a batch, and the traces.
func expectation(ctx context.Context, l *ledger.Ledger, file domain.File) (nacha.File, error) {
	want := nacha.File{Header: file.Header()}
	err := eachFiled(ctx, l, file, func(e filedEntry) error {
		if e.batch < 1 || e.batch > len(file.Batches) {
			return fmt.Errorf("position %d: an entry is in batch %d of %d", e.position, e.batch, len(file.Batches))
		}
		if err := e.open(l); err != nil {
			return err
		}
		header := e.header(file.Batches[e.batch-1])
		if e.batch > len(want.Batches) {
			want.Batches = append(want.Batches, nacha.Batch{Header: header})
		}
		if e.batch != len(want.Batches) {
			return fmt.Errorf("position %d: an entry of batch %d stands among those of batch %d", e.position, e.batch, len(want.Batches))
		}
		b := &want.Batches[e.batch-1]
		if !sameHeader(header, b.Header) {
			return fmt.Errorf("position %d: an entry does not belong in batch %d", e.position, e.batch)
		}
		b.Entries = append(b.Entries, e.Entry.Entry)
		return nil
	})
	return want, err
}

// header is the entry's own, with what the cut decided about its batch.
func (e *filedEntry) header(b domain.FileBatch) nacha.BatchHeader {
	h := e.Entry.Header
	h.Number, h.ServiceClass, h.SettlementDay = b.Number, b.ServiceClass, ""
	if !b.Answers {
		h.EffectiveOn = b.EffectiveOn
	}
	return h
}

func sameHeader(a, b nacha.BatchHeader) bool {
	if (a.IAT == nil) != (b.IAT == nil) || a.IAT != nil && *a.IAT != *b.IAT {
		return false
	}
	a.IAT, b.IAT = nil, nil
	return a == b
}
