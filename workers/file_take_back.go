package workers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Package restore uses these for a file that was under way at the backup.

// TakeBack releases a file of a restored ledger that did not leave before the
// loss, so that its entries wait again. A file that was being filled is cut
// first; entries of an order that were not filed yet are queued. Unlike Release
// it works while delivery is off: the caller knows which files had left.
func (f *Files) TakeBack(ctx context.Context, id, reason string) error {
	unlock, err := f.busy.lock(ctx, id)
	if err != nil {
		return err
	}
	defer unlock()
	file, err := f.Ledger.File(ctx, id)
	if err != nil {
		return err
	}
	if file.State == domain.FileOpen && file.Opened.Upload != nil {
		if err := f.takeApart(ctx, file); err != nil {
			return fmt.Errorf("take file %s apart: %w", id, err)
		}
		if len(file.Ranges) == 0 {
			why := domain.Refuse(domain.Conflict, "%s", reason)
			if err := f.giveUp(ctx, id, why, domain.ThenWait); !errors.Is(err, why) {
				return err
			}
			return nil
		}
	}
	if file.State == domain.FileOpen {
		if err := f.complete(ctx, file, true, nil); err != nil && !errors.Is(err, errTaken) {
			return err
		}
	}
	return f.conclude(ctx, id, "release ordered", domain.ReleaseFile{Reason: reason, Then: domain.ThenWait, NotCarried: true})
}

// takeApart queues those entries of a client's open file that are not filed
// yet. Filing them would take trace numbers, and the restored log does not know
// yet which numbers were used before the loss. It may be repeated, as after a
// crash.
func (f *Files) takeApart(ctx context.Context, file domain.File) error {
	u := Uploads{UploadsConfig{Files: f}}
	source, err := u.source(file)
	if err != nil {
		return err
	}
	n := 0
	err = source.each(func(asked Asked) error {
		e, err := f.Originated(ctx, file.Opened, n, asked)
		n++
		if err != nil {
			return err
		}
		t, err := f.Ledger.Transaction(ctx, file.Opened.Client, e.TransactionID)
		if err != nil || t.Exists() {
			return err
		}
		e.InFile = "" // the transaction is in no file
		_, err = f.write(ctx, "taken apart", ledger.Change{
			Stream: domain.TransactionStream(file.Opened.Client, e.TransactionID), Client: file.Opened.Client,
			Expect: eventstore.NewStream, Events: []domain.Event{e},
		})
		return err
	})
	if err != nil || len(file.Ranges) == 0 {
		return err
	}
	for _, change := range source.beside(file.Opened) { // the file is shown once it is cut
		_, err := f.write(ctx, "shown", change)
		if err != nil && !ledger.Contended(err) {
			return err
		}
	}
	return nil
}

// EachAsked calls yield with every entry of the kept input of a file that was
// opened for a client, batch by batch, and the same ones each time.
func (u *Uploads) EachAsked(file domain.File, yield func(Asked) error) error {
	s, err := u.source(file)
	if err != nil {
		return err
	}
	return s.each(yield)
}

// Beside returns the changes that are written together with the cut of a
// client's own file. They show the file in the API by which it was ordered.
func (u *Uploads) Beside(file domain.File) ([]ledger.Change, error) {
	s, err := u.source(file)
	if err != nil {
		return nil, err
	}
	return s.beside(file.Opened), nil
}

func (u *Uploads) source(file domain.File) (*upload, error) {
	if name := file.Opened.Upload.Name; name != file.ID && !strings.HasPrefix(name, file.ID+inputMark) {
		return nil, fmt.Errorf("read the input of file %s: %w (it is that of %s)", file.ID, ledger.ErrMoved, file.Opened.Upload.Name)
	}
	input, err := u.Files.kept(file.Opened.Client, inFolder, file.Opened.Upload.Name)
	if err != nil {
		return nil, fmt.Errorf("read the input of file %s: %w", file.ID, err)
	}
	bank, err := u.Files.Ledger.Bank(context.Background(), file.Opened.ODFI)
	if err != nil {
		return nil, err
	}
	client, err := u.Files.Ledger.Client(context.Background(), file.Opened.Client)
	if err != nil {
		return nil, err
	}
	s, err := decodeUpload(file, input)
	if err != nil {
		return nil, fmt.Errorf("read the input of file %s: %w", file.ID, err)
	}
	s.terms, s.client = &bank.Terms, client.Settings
	return s, nil
}

// Originated returns the event that begins the transaction of the n-th entry,
// counted from 0, of a client's own file.
func (f *Files) Originated(ctx context.Context, opened domain.FileOpened, n int, asked Asked) (domain.TransactionOriginated, error) {
	e := asked.Originated
	e.TransactionID, e.ItemID = entryIDs(opened.FileID, n)
	e.InFile = opened.FileID
	stream := domain.TransactionStream(opened.Client, e.TransactionID)
	if e.Raw != nil {
		kept, raw := domain.Entry{Header: e.Raw.Header, Entry: e.Raw.Entry}, *e.Raw
		whole, err := f.Ledger.SealWhole(stream, opened.Client, &kept)
		if err != nil {
			return e, err
		}
		raw.Entry, raw.Whole = kept.Entry, whole
		e.Raw = &raw
	}
	var err error
	if e.Account, err = f.Ledger.SealAccountIn(stream, opened.Client, e.Proposal.ToRouting, asked.Number, e.Proposal.ToAccountType); err != nil {
		return e, err
	}
	e.Missed, err = f.Ledger.Missed(ctx, opened.Client, e.Account)
	return e, err
}
