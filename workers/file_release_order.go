package workers

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// Release takes back a cut file that was never delivered, and lets its entries
// wait for another file, or rejects them. It also completes an interrupted
// release of a file that the operator rejected. It may be repeated; an
// interrupted one is finished by the next sweep.
//
// Errors: a refusal when delivery has begun, or when the client carries the
// file itself and may have done so; *DeliveryOffError, because a restored
// folder does not know whether the file has left since its backup.
func (f *Files) Release(ctx context.Context, id string, c domain.ReleaseFile) error {
	unlock, err := f.busy.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	file, err := f.Ledger.File(ctx, id)
	if err != nil {
		return err
	}
	if ok, reason := f.Switch.Allowed(file.Opened.ODFI); !ok && file.Version > 0 {
		return &DeliveryOffError{file.Opened.ODFI, reason}
	}
	if err := f.uncarried(ctx, file, c); err != nil {
		return err
	}
	err = f.Switch.While(ctx, file.Opened.ODFI, func(ctx context.Context) error {
		file, err = f.decide(ctx, id, "release ordered", c)
		return err
	})
	if err != nil {
		return err
	}
	_, err = f.finishRelease(ctx, file)
	return err
}

// uncarried checks that the bank has answered no entry of a file of which the
// client says that it did not carry it there.
func (f *Files) uncarried(ctx context.Context, file domain.File, c domain.ReleaseFile) error {
	events, err := c.Decide(file)
	if err != nil || len(events) == 0 || file.Opened.Method != domain.ByDownload {
		return err
	}
	return f.withoutAnswer(ctx, file, func(transaction string) error {
		return domain.Refuse(domain.MaybeCarried, "the bank answered transaction %s, which left in file %s: the file was carried", transaction, file.ID)
	})
}

// withoutAnswer makes sure that the bank has answered no entry of a file, which
// would show that the bank has it. Otherwise it returns what found says of the
// first transaction.
func (f *Files) withoutAnswer(ctx context.Context, file domain.File, found func(transaction string) error) error {
	return f.entriesOf(ctx, file, func(e *entryInFile) error {
		t, err := f.Ledger.Transaction(ctx, e.transaction.Client, e.transaction.ID)
		if err != nil {
			return err
		}
		if i, ok := t.Item(e.item.ID); ok && i.State == domain.Filed && i.Filing.File == file.ID && t.Processed(i) {
			return found(t.ID)
		}
		return nil
	})
}
