package ledger_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// counting counts the events that are read from streams.
type counting struct {
	eventstore.Store
	read atomic.Int64
}

func (c *counting) ReadStream(ctx context.Context, stream string, after int64) ([]eventstore.Recorded, error) {
	events, err := c.Store.ReadStream(ctx, stream, after)
	c.read.Add(int64(len(events)))
	return events, err
}

// knowing is a ledger that remembers long streams, and counts what it reads.
func knowing(t *testing.T) (*ledger.Ledger, *counting) {
	l := open(t)
	store := &counting{Store: l.Store}
	l.Store, l.Known = store, ledger.NewKnown()
	return l, store
}

// A token that is used reads its stream from the newest use on, however often
// it was used.
func TestATokensUsesAreNotReadAgain(t *testing.T) {
	l, store := knowing(t)
	append := func(events ...domain.Event) {
		t.Helper()
		now, err := l.Token(t.Context(), "gym", "t")
		must(t, err)
		_, err = l.Write(t.Context(), ledger.Change{Stream: domain.TokenStream("gym", "t"), Client: "gym", Expect: now.Version, Events: events})
		must(t, err)
	}
	append(domain.TokenStored{TokenID: "t", TokenTerms: domain.TokenTerms{AccountID: "a", IndividualName: "Ann Lee"}})
	const uses = 50
	for n := range uses {
		append(domain.TokenUsed{TransactionID: fmt.Sprint(n)})
	}
	before := store.read.Load()
	now, err := l.Token(t.Context(), "gym", "t")
	must(t, err)
	fresh, err := (&ledger.Ledger{Store: l.Store, Clock: l.Clock}).Token(t.Context(), "gym", "t")
	must(t, err)
	if now != fresh || now.TimesUsed != uses {
		t.Errorf("known %+v, in the log %+v", now, fresh)
	}
	if all := before; all > 3*uses {
		t.Errorf("%d uses read %d events", uses, all)
	}
	append(domain.TokenDeleted{})
	if now, err = l.Token(t.Context(), "gym", "t"); err != nil || now.Live() {
		t.Errorf("a token that was deleted is %+v, %v", now, err)
	}
}

// A transaction looks into its file without reading all of it again, and sees
// what happened to the file since.
func TestATransactionLooksIntoAFileThatIsKnown(t *testing.T) {
	l, store := knowing(t)
	const file, batches = "f", 300
	stream := domain.FileStream(file)
	events := []domain.Event{domain.FileOpened{FileID: file, Client: "gym", ODFI: "231380104", Why: "window", Method: domain.ToOutbox}}
	for n := range batches {
		events = append(events, domain.FileFilled{Count: 1, Batches: []domain.FileBatch{{BatchHeader: nacha.BatchHeader{Number: n + 1, EffectiveOn: "261124"}}}})
	}
	_, err := l.Write(t.Context(), ledger.Change{Stream: stream, Client: "gym", Events: events},
		ledger.Change{Stream: domain.TransactionStream("gym", "p"), Client: "gym", Events: []domain.Event{
			domain.TransactionOriginated{TransactionID: "p", ItemID: "i"},
			domain.TransactionFiled{ItemID: "i", File: file, Batch: batches, Trace: "231380100000001"},
		}})
	must(t, err)
	look := func() (domain.File, int64) {
		t.Helper()
		before := store.read.Load()
		c, err := l.Case(t.Context(), "gym", "p")
		must(t, err)
		return c.Files[file], store.read.Load() - before
	}
	if f, _ := look(); len(f.Batches) != batches {
		t.Fatalf("%d batches", len(f.Batches))
	}
	if _, read := look(); read > 10 {
		t.Errorf("looking again read %d events", read)
	}
	_, err = l.Write(t.Context(), ledger.Change{Stream: stream, Client: "gym", Expect: int64(len(events)), Events: []domain.Event{
		domain.FileCut{CreatedOn: "261123", CreatedAt: "1015", Modifier: "A"}}})
	must(t, err)
	if f, _ := look(); f.State != domain.FileIsCut || len(f.Batches) != batches {
		t.Errorf("after the cut it is %s with %d batches", f.State, len(f.Batches))
	}
	if f, read := look(); f.State != domain.FileIsCut || read > 10 {
		t.Errorf("then it is %s, and looking read %d events", f.State, read)
	}
}

// What is known of a holder is nobody's to change, and what happens to it
// shows.
func TestAHolderThatIsKnownIsNobodysToChange(t *testing.T) {
	l, store := knowing(t)
	append := func(expect int64, events ...domain.Event) {
		t.Helper()
		_, err := l.Write(t.Context(), ledger.Change{Stream: domain.HolderStream("gym", "h"), Client: "gym", Expect: expect, Events: events})
		must(t, err)
	}
	append(0, domain.AccountLinked{RelationshipID: "r", Account: "a"})
	first, err := l.Holder(t.Context(), "gym", "h")
	must(t, err)
	first.Relationships[0].Status = domain.RelationshipRejected
	const transfers = 40
	for n := range transfers {
		append(int64(n+1), domain.TransferMade{TransactionID: fmt.Sprint(n), RelationshipID: "r", Direction: domain.IncomingTransfer})
		now, err := l.Holder(t.Context(), "gym", "h")
		must(t, err)
		if len(now.Transfers) != n+1 || now.Relationships[0].Status == domain.RelationshipRejected {
			t.Fatalf("behind transfer %d it is %+v", n, now)
		}
	}
	if read := store.read.Load(); read > 4*transfers {
		t.Errorf("%d transfers read %d events", transfers, read)
	}
	if len(first.Transfers) != 0 {
		t.Errorf("what was read before has %d transfers", len(first.Transfers))
	}
}
