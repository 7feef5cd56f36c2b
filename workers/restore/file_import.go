package restore

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/workers"
)

// perAppend is the number of entries of one append; each has four events at
// most.
const perAppend = 240

// fileImport writes one file into the log as a cut would have written it.
type fileImport struct {
	Restore
	plan     *plan
	position int // among the plan's imports
	file     *file
	opened   domain.FileOpened
	asked    []workers.Asked // entries of a client's own file
	beside   []ledger.Change // written with the cut, so that the client sees the file
	waiting  *queue
	found    []*item // by entry: the waiting item that it is; nil if none

	stream             int64 // version of the file's stream
	begun              int   // batches in the log
	done               int   // entries in the log
	balanced           []domain.FileOffset
	unknown, corrected []ReportedEntry
}

func (t *fileImport) run(ctx context.Context) error {
	if err := t.sealOffsets(); err != nil {
		return err
	}
	for t.done < len(t.file.entries) {
		if err := t.writeNext(ctx); err != nil {
			return err
		}
	}
	if err := t.balance(ctx); err != nil {
		return err
	}
	return t.cut(ctx)
}

// resume reads how much of the file is in the log.
func (t *fileImport) resume(ctx context.Context) error {
	file, err := t.Ledger.File(ctx, t.opened.FileID)
	if err != nil {
		return err
	}
	t.stream, t.begun, t.balanced = file.Version, len(file.Batches), file.Offsets
	for _, f := range file.Ranges {
		err := t.Ledger.Store.ReadHistories(ctx, domain.TransactionFiled{}.Type(), f.First, f.Last, func([]eventstore.Recorded) error {
			t.done++
			return nil
		})
		if err != nil {
			return err
		}
	}
	if t.done > len(t.file.entries) {
		return fmt.Errorf("the log has more entries in it: it is another file")
	}
	return nil
}

// writeNext appends the next entries.
func (t *fileImport) writeNext(ctx context.Context) error {
	entries := t.file.entries[t.done:min(t.done+perAppend, len(t.file.entries))]
	traces, err := t.Ledger.Traces(ctx, t.ODFI[:8])
	if err != nil {
		return err
	}
	numbers, err := t.sequences(entries)
	if err != nil {
		return err
	}
	filled := domain.FileFilled{FirstTrace: entries[0].Trace, LastTrace: entries[len(entries)-1].Trace}
	changes := make([]ledger.Change, 2, len(entries)+2)
	begun := t.begun
	for n, e := range entries {
		if e.batch > begun {
			filled.Batches = append(filled.Batches, t.file.batches[e.batch-1])
			begun = e.batch
		}
		change, err := t.change(ctx, t.done+n, e)
		if err != nil {
			return err
		}
		filled.Count += len(change.Events)
		changes = append(changes, change)
	}
	events, err := domain.FillFile{Opened: t.opened, Filled: filled}.Decide(t.standing())
	if err != nil {
		return err
	}
	changes[0] = ledger.Change{Stream: domain.FileStream(t.opened.FileID), Client: t.opened.Client, Expect: t.stream, Events: events}
	changes[1] = ledger.Change{Stream: domain.TraceStream(t.ODFI[:8]), Client: domain.LedgerClient, Expect: traces.Version, Events: []domain.Event{traces.Took(numbers, t.created())}}
	if _, err := t.Ledger.Write(ctx, changes...); err != nil {
		return err
	}
	t.stream += int64(len(events))
	t.begun, t.done = begun, t.done+len(entries)
	return nil
}

// standing is the file's state in the log so far.
func (t *fileImport) standing() domain.File {
	return domain.File{
		ID: t.opened.FileID, Opened: t.opened, State: domain.FileOpen, Version: t.stream, Batches: t.file.batches, Offsets: t.balanced, DatedAt: t.created(),
	}
}

// change files one entry: of the transaction that waits for it, of the one that
// the client asked for with the file or, if there is neither, of a new
// transaction.
func (t *fileImport) change(ctx context.Context, n int, e scanned) (ledger.Change, error) {
	filed := domain.FileItem{File: t.opened.FileID, Batch: e.batch, Trace: e.Trace}
	if like, ok := t.plan.sentAgain(t, e); ok { // it may have left a second time
		filed.Like = &domain.Resemble{File: like.File, Trace: like.Trace}
	}
	client := t.opened.Client
	if w := t.found[n]; w != nil {
		err := t.refound(&filed, w, e)
		events, stream := filed.Events(), w.stream()
		expect := t.waiting.versions[stream]
		t.waiting.versions[stream] += int64(len(events))
		return ledger.Change{Stream: stream, Client: client, Expect: expect, Events: events}, err
	}
	originated, err := t.originated(ctx, n, e)
	if err != nil {
		return ledger.Change{}, err
	}
	filed.ItemID = originated.ItemID
	if t.asked == nil {
		t.unknown = append(t.unknown, t.reported(e, originated.TransactionID))
	}
	return ledger.Change{
		Stream: domain.TransactionStream(client, originated.TransactionID), Client: client,
		Expect: eventstore.NewStream, Events: append([]domain.Event{originated}, filed.Events()...),
	}, nil
}

// refound notes on the filed item, and in the report, how it left otherwise
// than it waits: to a corrected account, or although it is held.
func (t *fileImport) refound(filed *domain.FileItem, w *item, e scanned) (err error) {
	filed.ItemID = w.id
	if w.held {
		filed.ApprovedBecause = "it left in file " + t.file.name() + " before the ledger was restored"
	}
	if w.exact == e.exact {
		return nil
	}
	filed.To = &domain.ItemAccount{Routing: e.Routing, AccountType: domain.AccountType(e.Code)}
	filed.To.Account, err = t.Ledger.SealAccountIn(w.stream(), t.opened.Client, e.Routing, e.Account, filed.To.AccountType)
	t.corrected = append(t.corrected, t.reported(e, w.transaction))
	return err
}

func (t *fileImport) reported(e scanned, transaction string) ReportedEntry {
	return ReportedEntry{
		Client: t.opened.Client, TransactionID: transaction, File: t.file.name(), Trace: e.Trace, Name: e.Name, AmountCents: e.AmountCents,
	}
}

// originated returns the event that begins the transaction of an entry that the
// log does not have. Its ids follow from the file and the entry's place in it.
func (t *fileImport) originated(ctx context.Context, n int, e scanned) (domain.TransactionOriginated, error) {
	id := func(what string) string {
		return uuid.NewSHA1(uuid.NameSpaceOID, []byte(t.opened.FileID+"/"+strconv.Itoa(n)+"/"+what)).String()
	}
	if t.asked != nil {
		return t.Uploads.Files.Originated(ctx, t.opened, n, t.asked[n])
	}
	stream := domain.TransactionStream(t.opened.Client, id("transaction"))
	kept := domain.Entry{Header: t.file.batches[e.batch-1].BatchHeader, Entry: e.Entry}
	kept.Entry.Account, kept.Entry.Trace = "", ""
	whole, err := t.Ledger.SealWhole(stream, t.opened.Client, &kept, e.Account) // earlier releases sent entries that repeat the number in another field
	if err != nil {
		return domain.TransactionOriginated{}, err
	}
	header, raw := kept.Header, domain.RawEntry{Header: kept.Header, Entry: kept.Entry, Trace: e.Trace, Whole: whole}
	p := domain.ProposalOf(t.ODFI, header, kept.Entry)
	account, err := t.Ledger.SealAccountIn(stream, t.opened.Client, e.Routing, e.Account, p.ToAccountType)
	return domain.TransactionOriginated{
		TransactionID: id("transaction"), ItemID: id("item"), Proposal: p, Account: account,
		CompanyName: header.CompanyName, Raw: &raw, InFile: t.opened.FileID,
	}, err
}
