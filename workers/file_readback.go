package workers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// renderVerified makes a file's bytes and returns them only if the strict
// reader finds every field of every record as the log has it. Each entry is
// read from the log once, for both the writer and the comparison.
func renderVerified(ctx context.Context, l *ledger.Ledger, file domain.File) ([]byte, error) {
	r, err := newRendering(l, file, newExpected(file))
	if err == nil {
		err = entriesOf(ctx, l, file, r.add)
	}
	return r.verified(err)
}

// verified is close, followed by the comparison. Bytes that do not say what the
// log says are returned together with an error.
func (r *rendering) verified(err error) ([]byte, error) {
	content, err := r.close(err)
	if err != nil {
		return nil, err
	}
	if err := nacha.Compare(yielding{bytes.NewReader(content)}, r.want.said); err != nil {
		return content, fmt.Errorf("file %s does not say what the log says: %w", r.file.ID, err)
	}
	return content, nil
}

// yielding yields the processor from time to time while a large file is read,
// as entriesOf does while one is made.
type yielding struct{ r io.Reader }

func (y yielding) Read(p []byte) (int, error) {
	runtime.Gosched()
	return y.r.Read(p[:min(len(p), 128<<10)]) // some thousand entries at a time
}

// expected is the content that a file must have according to its transactions.
// Only what the cut decided is taken from the file's own events: number,
// service class and effective date of a batch, and the traces. All other fields
// of a batch header must agree with each of its entries.
type expected struct {
	file    domain.File
	said    nacha.File
	entries []nacha.Entry // of all batches, which hold slices of it
	first   int           // index of the first entry of the newest batch
}

func newExpected(file domain.File) *expected {
	x := &expected{file: file, said: nacha.File{Header: file.Header()}}
	if file.Cut != nil {
		x.entries = make([]nacha.Entry, 0, file.Cut.Totals.Entries)
	}
	return x
}

// add adds an entry, unsealed, in the order of the file.
func (x *expected) add(e *entryInFile) error {
	header := e.header(&x.file.Batches[e.batch-1])
	if e.batch > len(x.said.Batches) {
		x.said.Batches = append(x.said.Batches, nacha.Batch{Header: header})
		x.first = len(x.entries)
	}
	if e.batch != len(x.said.Batches) {
		return fmt.Errorf("position %d: an entry of batch %d stands among those of batch %d", e.position, e.batch, len(x.said.Batches))
	}
	b := &x.said.Batches[e.batch-1]
	if !sameHeader(&header, &b.Header) {
		return fmt.Errorf("position %d: an entry does not belong in batch %d", e.position, e.batch)
	}
	x.entries = append(x.entries, e.Entry.Entry)
	b.Entries = x.entries[x.first:]
	return nil
}

// offset adds the entry that balances the newest batch, unsealed. It must
// balance the entries of that batch.
func (x *expected) offset(o domain.FileOffset, e nacha.Entry) error {
	if o.Batch != len(x.said.Batches) {
		return fmt.Errorf("the offset of batch %d stands in batch %d", o.Batch, len(x.said.Batches))
	}
	b := &x.said.Batches[o.Batch-1]
	x.entries = append(x.entries, e)
	b.Entries = x.entries[x.first:]
	net := int64(0)
	for i := range b.Entries {
		if nacha.TransactionCode(b.Entries[i].Code).Debit() {
			net += b.Entries[i].AmountCents
		} else {
			net -= b.Entries[i].AmountCents
		}
	}
	if net != 0 {
		return fmt.Errorf("batch %d is not balanced by its offset: its debits are %d cents more than its credits", o.Batch, net)
	}
	return nil
}

// header returns the entry's own batch header, with the fields that the cut
// decided for its batch.
func (e *entryInFile) header(b *domain.FileBatch) nacha.BatchHeader {
	h := e.Entry.Header
	h.Number, h.ServiceClass, h.SettlementDay = b.Number, b.ServiceClass, ""
	if !b.Answers {
		h.EffectiveOn = b.EffectiveOn
	}
	return h
}

func sameHeader(a, b *nacha.BatchHeader) bool {
	if (a.IAT == nil) != (b.IAT == nil) || a.IAT != nil && *a.IAT != *b.IAT {
		return false
	}
	other := *b
	other.IAT = a.IAT
	return *a == other
}
