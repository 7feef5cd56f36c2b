package workers

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// OrderedFile is the file that was made of an order.
type OrderedFile struct {
	FileID       string
	Entries      int
	DebitCents   int64
	CreditCents  int64
	Transactions []string
	Replayed     bool // the file existed before the request
}

// Again returns the file of an order, after completing it if necessary.
//
// Errors: *DeliveryOffError while the file is not cut; a refusal when it was
// given up, or taken back to reject its entries.
func (u *Uploads) Again(ctx context.Context, id string) (OrderedFile, error) {
	done, known, err := u.again(ctx, id, nil)
	if err == nil && !known {
		err = domain.Refuse(domain.NotFound, "there is no file %q", id)
	}
	return done, err
}

// again returns the file of an order that was accepted before; known is false
// when there is none. Content, unless nil, is the keyed hash of the present
// request.
func (u *Uploads) again(ctx context.Context, id string, content []byte) (a OrderedFile, known bool, err error) {
	file, err := u.Files.Ledger.File(ctx, id)
	if err != nil || file.Version == 0 {
		return OrderedFile{}, false, err
	}
	if file.State == domain.FileOpen { // a file that is cut needs no lock, so that nobody waits while it is being delivered
		unlock, err := u.Files.busy.lock(ctx, id)
		if err != nil {
			return OrderedFile{}, false, err
		}
		defer unlock()
	}
	return u.finished(ctx, id, content)
}

// finished is again for the holder of the file's lock.
func (u *Uploads) finished(ctx context.Context, id string, content []byte) (a OrderedFile, known bool, err error) {
	file, err := u.Files.Ledger.File(ctx, id)
	if err != nil || file.Version == 0 {
		return OrderedFile{}, false, err
	}
	if content != nil && !bytes.Equal(content, file.Opened.Upload.Content) {
		return OrderedFile{}, true, domain.Refuse(domain.Conflict, "other content was sent under this Idempotency-Key: it is file %s", id)
	}
	if file.State == domain.FileOpen {
		// A restored folder does not know whether the file had left.
		if ok, reason := u.Files.Switch.Allowed(file.Opened.ODFI); !ok {
			return OrderedFile{}, true, &DeliveryOffError{file.Opened.ODFI, reason}
		}
		if err := u.resume(ctx, file); err != nil && !errors.Is(err, errTaken) {
			return OrderedFile{}, true, err
		}
	}
	a, err = u.orderedFile(ctx, id)
	return a, true, err
}

// orderedFile describes the cut file of an order.
func (u *Uploads) orderedFile(ctx context.Context, id string) (OrderedFile, error) {
	file, err := u.Files.Ledger.File(ctx, id)
	switch {
	case err != nil:
		return OrderedFile{}, err
	case file.State == domain.FileIsGivenUp && !file.Answered.Rejects():
		return OrderedFile{}, domain.Refuse(domain.Conflict, "this is file %s, whose entries left, or wait, in other files: %s", id, file.Note)
	case file.State == domain.FileIsGivenUp:
		return OrderedFile{}, domain.Refuse(domain.Conflict,
			"this was given up before it was cut, and nothing of it leaves: %s; to order it again, %s", file.Note, orderAgain(file))
	case file.Answered.Rejects():
		return OrderedFile{}, domain.Refuse(domain.Conflict,
			"this is file %s, which operations took back to reject its entries: %s; to order it again, %s", id, file.Note, orderAgain(file))
	case file.Cut == nil:
		return OrderedFile{}, fmt.Errorf("file %s is being made by another process", id)
	}
	t := file.Cut.Totals
	for _, o := range file.Offsets { // offsets are not part of the order
		of := o.Totals(file.Batches[o.Batch-1])
		t.Entries, t.DebitCents, t.CreditCents = t.Entries-of.Entries, t.DebitCents-of.DebitCents, t.CreditCents-of.CreditCents
	}
	a := OrderedFile{
		FileID: id, Entries: t.Entries, DebitCents: t.DebitCents, CreditCents: t.CreditCents, Transactions: transactionsOf(file), Replayed: true,
	}
	if file.Answered.TakenBack {
		err = u.addUnfiled(ctx, file.Opened.Client, &a)
	}
	return a, err
}

// addUnfiled adds the entries of an order that were never filed, because a
// restored ledger took its file apart.
func (u *Uploads) addUnfiled(ctx context.Context, client string, a *OrderedFile) error {
	for {
		id, _ := entryIDs(a.FileID, a.Entries)
		t, err := u.Files.Ledger.Transaction(ctx, client, id)
		if err != nil || t.Originated == nil {
			return err
		}
		a.Entries, a.Transactions = a.Entries+1, append(a.Transactions, id)
		if p := t.Originated.Proposal; p.PushPull == domain.Pull {
			a.DebitCents += p.AmountCents
		} else {
			a.CreditCents += p.AmountCents
		}
	}
}

// orderAgain explains how to order the same payments once more. A NACHA file is
// identified by its content, so another idempotency key does not make another
// file of it.
func orderAgain(f domain.File) string {
	if f.Opened.Why == domain.WhyUpload {
		return "change the file, be it only its file ID modifier"
	}
	return "change it or use another Idempotency-Key"
}

// Transactions lists the transactions of an order's file in the order of its
// entries, whatever happened to the file; there are none before it is cut.
func (u *Uploads) Transactions(ctx context.Context, id string) ([]string, error) {
	file, err := u.Files.Ledger.File(ctx, id)
	return transactionsOf(file), err
}

func transactionsOf(f domain.File) (ids []string) {
	if f.Cut == nil {
		return nil
	}
	for n := range f.Cut.Totals.Entries - len(f.Offsets) {
		id, _ := entryIDs(f.ID, n)
		ids = append(ids, id)
	}
	return ids
}
