package workers

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// NamedFiles finds a file by its name.
type NamedFiles interface {
	CatchUp(ctx context.Context) error
	FileNamed(ctx context.Context, name string) (projections.File, bool, error)
}

// Acknowledge applies what the operator says about a file and, where it
// rejected the file or batches of it, releases their entries to wait for
// another file under new numbers. It may be repeated: what is recorded is
// not recorded again, and a release that a crash cut short is finished.
//
// Errors: a refusal when no file is meant, or when the answer contradicts an
// earlier one.
func (f *Files) Acknowledge(ctx context.Context, names NamedFiles, a ack.Acknowledgement) (domain.File, error) {
	if err := names.CatchUp(ctx); err != nil {
		return domain.File{}, err
	}
	name := domain.FileName(a.Origin, a.CreatedOn, a.CreatedAt, a.Modifier)
	row, ok, err := names.FileNamed(ctx, name)
	if err != nil {
		return domain.File{}, err
	}
	if !ok {
		return domain.File{}, domain.Refuse(domain.NotFound, "the acknowledgement is for %s, which is no file of ours", name)
	}
	unlock, err := f.busy.lock(ctx, row.ID)
	if err != nil {
		return domain.File{}, err
	}
	defer unlock()
	ctx = ledger.WithRequest(ctx, "", "acknowledgement")
	file, err := f.decide(ctx, row.ID, domain.Acknowledge{Acknowledgement: a})
	if err != nil {
		return file, err
	}
	if a.Result == ack.Duplicate && file.Answered.Result == ack.Duplicate {
		f.Log.Error("the operator takes a file for a duplicate: its entries stay where they are, look before anything is sent again",
			"file", file.ID, "name", name)
	}
	if file.Answered.Unreleased {
		if err := f.release(ctx, file); err != nil {
			return file, fmt.Errorf("release the entries of file %s: %w", file.ID, err)
		}
		return f.Ledger.File(ctx, file.ID)
	}
	return file, nil
}

func (f *Files) decide(ctx context.Context, id string, command domain.Acknowledge) (file domain.File, err error) {
	err = f.Ledger.Retry(func() error {
		if file, err = f.Ledger.File(ctx, id); err != nil {
			return err
		}
		events, err := command.Decide(file)
		if err != nil || len(events) == 0 {
			return err
		}
		if err := f.append(ctx, "acknowledged", &file, events...); err != nil {
			return err
		}
		file, err = f.Ledger.File(ctx, id)
		return err
	})
	return file, err
}

// release lets every entry of what was refused wait again, in appends of at
// most as many as the limits allow, and then says so in the file's stream.
func (f *Files) release(ctx context.Context, file domain.File) error {
	var entries []filedEntry
	released := 0
	flush := func() error {
		n, err := f.releaseSome(ctx, file, entries)
		released, entries = released+n, entries[:0]
		return err
	}
	err := f.eachFiled(ctx, file, func(e filedEntry) error {
		if !file.Answered.Covers(e.batch) {
			return nil
		}
		if entries = append(entries, e); len(entries) < f.Limits.AppendEvents/2 {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	f.Log.Warn("entries released", "file", file.ID, "entries", released, "reason", file.Answered.Reason)
	return f.append(ctx, "released", &file, domain.FileReleased{Entries: released})
}

// releaseSome releases the entries that are still filed in the file. When
// one of their transactions moved meanwhile, all are looked at again.
func (f *Files) releaseSome(ctx context.Context, file domain.File, entries []filedEntry) (released int, err error) {
	var moved *eventstore.VersionError
	for range ledger.Attempts {
		var changes []ledger.Change
		ahead := map[string]int64{} // events of this append by transaction: a chain may have left with two links
		for _, e := range entries {
			t, err := f.Ledger.Transaction(ctx, e.transaction.Client, e.transaction.ID)
			if err != nil {
				return 0, err
			}
			events := domain.Release{ItemID: e.item.ID, File: file.ID, Reason: file.Answered.Reason}.Decide(t)
			if len(events) == 0 {
				continue // released before
			}
			changes = append(changes, ledger.Change{
				Stream: domain.TransactionStream(t.Client, t.ID), Client: t.Client, Expect: t.Version + ahead[t.ID], Events: events,
			})
			ahead[t.ID] += int64(len(events))
		}
		if len(changes) == 0 {
			return 0, nil
		}
		if _, err = f.write(ctx, "releases", changes...); !errors.As(err, &moved) {
			return len(changes), err
		}
	}
	return 0, err
}
