package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/eventstore/ledger"
)

// resumeRelease finishes an interrupted release of a file, unless another
// goroutine is working on it.
func (f *Files) resumeRelease(ctx context.Context, id string) error {
	unlock, ok := f.busy.try(id)
	if !ok {
		return nil
	}
	defer unlock()
	file, err := f.Ledger.File(ctx, id)
	if err != nil {
		return err
	}
	_, err = f.finishRelease(ctx, file)
	return err
}

// FinishReleases finishes the interrupted releases of an ODFI's files, as the
// next sweep would. The caller's views must have caught up.
func (f *Files) FinishReleases(ctx context.Context, views Views, odfi string) error {
	half, err := views.UnreleasedFiles(ctx)
	for _, file := range half {
		if file.ODFI == odfi {
			err = errors.Join(err, f.resumeRelease(ctx, file.ID))
		}
	}
	return err
}

// finishRelease releases the entries that a file's acknowledgement or release
// covers, and returns the file as it is afterwards. The caller holds the file's
// lock.
func (f *Files) finishRelease(ctx context.Context, file domain.File) (domain.File, error) {
	if !file.Answered.Unreleased {
		return file, nil
	}
	r := release{Files: f, file: file, now: f.Ledger.Now()}
	if err := r.run(ctx); err != nil {
		return file, fmt.Errorf("release the entries of file %s: %w", file.ID, err)
	}
	return f.Ledger.File(ctx, file.ID)
}

// conclude executes a command on a file and releases the entries that it lets
// go. The caller holds the file's lock.
func (f *Files) conclude(ctx context.Context, id, step string, command fileCommand) error {
	file, err := f.decide(ctx, id, step, command)
	if err == nil {
		_, err = f.finishRelease(ctx, file)
	}
	return err
}

// release is the release of the entries of one file.
type release struct {
	*Files
	file     domain.File
	now      time.Time
	batching domain.Batching // of the client

	covered, kept int
}

// releasedEvents bounds the events by which one entry is released: the release,
// one for what becomes of the entry, and one each to reject a reversal of it
// and another answer beside it.
const releasedEvents = 4

// run releases every entry that the file's acknowledgement or release covers,
// in appends within the limits, and then records that in the file's stream.
func (r *release) run(ctx context.Context) error {
	client := ledgerItself()
	if id := r.file.Opened.Client; id != client.ID {
		var err error
		if client, err = r.Ledger.Client(ctx, id); err != nil {
			return err
		}
	}
	r.batching = client.Settings.Batching
	most := max(1, r.Limits.AppendEvents/releasedEvents)
	var entries []entryInFile
	err := r.entriesOf(ctx, r.file, func(e *entryInFile) (err error) {
		if !r.file.Answered.Covers(e.batch) {
			return nil
		}
		if entries = append(entries, *e); len(entries) == most {
			err = r.some(ctx, entries)
			entries = entries[:0]
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := r.some(ctx, entries); err != nil {
		return err
	}
	r.tell()
	return r.record(ctx, "released", r.file, domain.FinishRelease{Entries: r.covered - r.kept, Kept: r.kept})
}

// some releases the entries that are still filed in the file. If one of their
// transactions changes meanwhile, all are decided again.
func (r *release) some(ctx context.Context, entries []entryInFile) error {
	kept := 0
	err := r.Ledger.Retry(func() (err error) {
		var changes []ledger.Change
		if changes, kept, err = r.decideAll(ctx, entries); err != nil || len(changes) == 0 {
			return err
		}
		_, err = r.write(ctx, "releases", changes...)
		return err
	})
	r.covered, r.kept = r.covered+len(entries), r.kept+kept
	return err
}

// decideAll returns the changes that release entries, and how many entries
// stay.
func (r *release) decideAll(ctx context.Context, entries []entryInFile) (changes []ledger.Change, kept int, err error) {
	ahead := map[string]int64{} // events of this append by transaction, which may have two items in the file
	for _, e := range entries {
		t, err := r.Ledger.Transaction(ctx, e.transaction.Client, e.transaction.ID)
		if err != nil {
			return nil, 0, err
		}
		events, stays := r.decide(t, e.item.ID)
		if stays {
			kept++
		}
		if len(events) == 0 {
			continue
		}
		changes = append(changes, ledger.Change{
			Stream: domain.TransactionStream(t.Client, t.ID), Client: t.Client, Expect: t.Version + ahead[t.ID], Events: events,
		})
		ahead[t.ID] += int64(len(events))
	}
	return changes, kept, nil
}

// decide releases an item if it is still in the file. Stays is true for an item
// that remains there because the bank answered it.
func (r *release) decide(t domain.Transaction, item string) (events []domain.Event, stays bool) {
	i, ok := t.Item(item)
	if !ok {
		return nil, false
	}
	events = domain.Release{
		ItemID: item, File: r.file.ID, Reason: r.file.Answered.Reason, NotBefore: r.batching.DueAgain(r.now, i),
		Ordered: r.file.Answered.TakenBack, Reject: r.file.Answered.Rejects(), Carried: r.file.Opened.Method == domain.ByDownload,
	}.Decide(t)
	if len(events) == 0 {
		return nil, i.State == domain.Filed && i.Filing.File == r.file.ID
	}
	for _, e := range events {
		fact := domain.Fact{Meta: domain.Meta{At: r.now}, Version: t.Version + 1}
		switch e := e.(type) {
		case domain.TransactionReleasedFromFile:
			fact.Event = &e
		case domain.TransactionHeld:
			fact.Event = &e
		case domain.TransactionRejected:
			fact.Event = &e
		default:
			continue
		}
		t.Evolve(fact)
	}
	return append(events, answers.Pointless(t)...), false
}

func (r *release) tell() {
	r.Log.Warn("entries released", "file", r.file.ID, "entries", r.covered-r.kept, "reason", r.file.Answered.Reason)
	if r.kept > 0 {
		r.Log.Error("entries of a file that the operator refused were answered by the bank: they stay in it, ask the operator",
			"file", r.file.ID, "entries", r.kept)
	}
}
