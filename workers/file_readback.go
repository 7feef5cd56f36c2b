package workers

import (
	"context"
	"fmt"

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

// verified is close with the result of the comparison. Bytes that do not say
// what the log says are returned together with an error.
func (r *rendering) verified(err error) ([]byte, error) {
	content, err := r.close(err)
	differs := r.want.read.Close()
	if err == nil && differs != nil {
		err = fmt.Errorf("file %s does not say what the log says: %w", r.file.ID, differs)
	}
	return content, err
}

// expected announces the content that a file must have according to its
// transactions. Only what the cut decided is taken from the file's own events:
// number, service class and effective date of a batch, and the traces. All other
// fields of a batch header must agree with each of its entries.
type expected struct {
	file   domain.File
	read   *nacha.Comparison
	batch  int               // number of the newest batch
	header nacha.BatchHeader // of it
	net    int64             // debits without credits of it, in cents
}

func newExpected(file domain.File) *expected {
	return &expected{file: file, read: nacha.NewComparison(file.Header())}
}

// add announces an entry, unsealed, in the order of the file.
func (x *expected) add(e *entryInFile) error {
	header := e.header(&x.file.Batches[e.batch-1])
	if e.batch == x.batch+1 {
		x.batch, x.header, x.net = e.batch, header, 0
		x.read.Batch(header)
	}
	if e.batch != x.batch {
		return fmt.Errorf("position %d: an entry of batch %d stands among those of batch %d", e.position, e.batch, x.batch)
	}
	if !sameHeader(&header, &x.header) {
		return fmt.Errorf("position %d: an entry does not belong in batch %d", e.position, e.batch)
	}
	x.entry(e.Entry.Entry)
	return nil
}

// offset announces the entry that balances the newest batch, unsealed. It must
// balance the entries of that batch.
func (x *expected) offset(o domain.FileOffset, e nacha.Entry) error {
	if o.Batch != x.batch {
		return fmt.Errorf("the offset of batch %d stands in batch %d", o.Batch, x.batch)
	}
	x.entry(e)
	if x.net != 0 {
		return fmt.Errorf("batch %d is not balanced by its offset: its debits are %d cents more than its credits", o.Batch, x.net)
	}
	return nil
}

func (x *expected) entry(e nacha.Entry) {
	if nacha.TransactionCode(e.Code).Debit() {
		x.net += e.AmountCents
	} else {
		x.net -= e.AmountCents
	}
	x.read.Entry(e)
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
