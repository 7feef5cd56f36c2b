package projections

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// world is a log with a history that a test writes into it, event by event.
// What it writes is what deciders and workers would write.
type world struct {
	t      testing.TB
	ctx    context.Context
	folder string
	store  *sqlite.Store
	ledger *ledger.Ledger
	now    time.Time
	serial int
	files  []*testFile
	ours   []testItem // all that a test may do something to
}

// testFile is a file on its way.
type testFile struct {
	id, client string
	entries    []testItem
	state      domain.FileState
}

type testItem struct{ client, transaction, item string }

const ours, theirs = "231380104", "061000146"

func newWorld(t testing.TB) *world {
	w := &world{t: t, ctx: context.Background(), now: time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)}
	w.folder = t.TempDir()
	w.store, w.ledger = ledgertest.Open(t, w.folder, w, sqlite.Options{Linger: -1})
	t.Cleanup(func() { w.store.Close() })
	return w
}

// Now is the business time of the world.
func (w *world) Now() time.Time { return w.now }

func (w *world) must(err error) {
	w.t.Helper()
	ledgertest.Must(w.t, err)
}

func (w *world) path() string { return filepath.Join(w.folder, "views.db") }

var silent = slog.New(slog.DiscardHandler)

// open opens the world's views; closing them is the test's when it must
// happen before the end.
func (w *world) open(o Options) *Views {
	w.t.Helper()
	if o.Log == nil {
		o.Log = silent
	}
	v, err := Open(w.ctx, w.path(), w.store, o)
	w.must(err)
	w.t.Cleanup(func() { v.Close() })
	return v
}

// caughtUp opens the world's views as of now.
func (w *world) caughtUp(o Options) *Views {
	w.t.Helper()
	v := w.open(o)
	w.must(v.CatchUp(w.ctx))
	return v
}

func (w *world) id(what string) string {
	w.serial++
	return fmt.Sprintf("%s-%06d", what, w.serial)
}

// append writes changes whose expected versions are filled in.
func (w *world) append(changes ...ledger.Change) {
	w.t.Helper()
	w.now = w.now.Add(time.Second)
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = c.Stream
	}
	versions, err := w.store.Versions(w.ctx, names)
	w.must(err)
	for i := range changes {
		changes[i].Expect = versions[changes[i].Stream]
		versions[changes[i].Stream] += int64(len(changes[i].Events))
	}
	_, err = w.ledger.Write(w.ctx, changes...)
	w.must(err)
}

func about(i testItem, events ...domain.Event) ledger.Change {
	return ledger.Change{Stream: domain.TransactionStream(i.client, i.transaction), Client: i.client, Events: events}
}

func (w *world) openClient(id string, odfis ...string) {
	w.append(ledger.Change{Stream: domain.ClientStream(id), Client: id, Events: []domain.Event{
		domain.ClientOpened{ClientID: id, Settings: domain.Settings{Name: "Client " + id, ODFIs: odfis}},
	}})
}

// origination is a payment of 12.34 to Ann Lee.
func (w *world) origination(client string, change ...func(*domain.TransactionOriginated)) (testItem, domain.TransactionOriginated) {
	i := testItem{client, w.id("txn"), w.id("item")}
	o := domain.TransactionOriginated{
		TransactionID: i.transaction, ItemID: i.item, CompanyName: "HARBOR GYM",
		Account: domain.Account{Sealed: []byte("sealed"), Tail: "6789", Fingerprint: "print"},
		Proposal: domain.Proposal{
			SEC: "PPD", PushPull: domain.Pull, FromRouting: ours, ToRouting: theirs, ToAccountType: domain.Checking,
			ToName: "Ann Lee", Description: "DUES", CompanyID: "1840000017", AmountCents: 1234,
		},
	}
	for _, c := range change {
		c(&o)
	}
	return i, o
}

func (w *world) originate(client string, change ...func(*domain.TransactionOriginated)) testItem {
	w.t.Helper()
	i, o := w.origination(client, change...)
	w.append(about(i, o))
	w.ours = append(w.ours, i)
	return i
}

func askedOn(day string) func(*domain.TransactionOriginated) {
	return func(o *domain.TransactionOriginated) { o.Proposal.EffectiveOn = day }
}

func cents(n int64) func(*domain.TransactionOriginated) {
	return func(o *domain.TransactionOriginated) { o.Proposal.AmountCents = n }
}

func (w *world) fileEvents(f *testFile, events ...domain.Event) ledger.Change {
	return ledger.Change{Stream: domain.FileStream(f.id), Client: f.client, Events: events}
}

// openFile begins a file of a client.
func (w *world) openFile(client string, why domain.Why) *testFile {
	f := &testFile{id: w.id("file"), client: client, state: domain.FileOpen}
	w.append(w.fileEvents(f, domain.FileOpened{
		FileID: f.id, Client: client, ODFI: ours, Why: why, Method: domain.ToOutbox,
		Settings: domain.FileSettings{ImmediateOrigin: ours, ImmediateDestination: theirs},
	}))
	w.files = append(w.files, f)
	return f
}

// fill puts items into a file as one batch; originations, when given, are
// made by the same append.
func (w *world) fill(f *testFile, items []testItem, made ...domain.TransactionOriginated) {
	w.t.Helper()
	number := len(f.entries) + 1
	filled := domain.FileFilled{Count: len(items), Batches: []domain.FileBatch{{BatchHeader: nacha.BatchHeader{
		Number: number, SEC: "PPD", CompanyName: "HARBOR GYM", CompanyID: "1840000017", EffectiveOn: "261124",
	}}}}
	changes := []ledger.Change{w.fileEvents(f, filled), {
		Stream: domain.TraceStream(ours[:8]), Client: domain.LedgerClient,
		Events: []domain.Event{domain.TracesTaken{First: 1, Last: 1, On: "2026-11-23"}},
	}}
	for n, i := range items {
		var events []domain.Event
		if n < len(made) {
			events = append(events, made[n])
		}
		trace := fmt.Sprintf("%s%07d", ours[:8], len(f.entries)+1)
		changes = append(changes, about(i, append(events, domain.TransactionFiled{ItemID: i.item, File: f.id, Batch: number, Trace: trace})...))
		f.entries = append(f.entries, i)
	}
	w.append(changes...)
}

// upload makes a file and its transactions together; it is not cut yet.
func (w *world) upload(client string, n int) *testFile {
	f := w.openFile(client, "upload")
	items, made := make([]testItem, n), make([]domain.TransactionOriginated, n)
	for k := range n {
		items[k], made[k] = w.origination(client, func(o *domain.TransactionOriginated) { o.InFile = f.id })
	}
	w.fill(f, items, made...)
	return f
}

// advance takes a file one step on its way.
func (w *world) advance(f *testFile, to domain.FileState) {
	w.t.Helper()
	var e domain.Event
	switch to {
	case domain.FileIsCut:
		w.ours = append(w.ours, f.entries...)
		e = domain.FileCut{
			Totals:    nacha.Totals{Batches: 1, Entries: len(f.entries), DebitCents: 1234 * int64(len(f.entries))},
			CreatedOn: "261123", CreatedAt: "1015", Modifier: "A", SendBy: w.now.Add(time.Hour),
		}
	case domain.FileIsRendered:
		e = domain.FileRendered{Name: f.id + ".ach", SHA256: []byte(f.id), Size: 940}
	case domain.FileIsDelivering:
		e = domain.FileDelivering{Method: domain.ToOutbox}
	case domain.FileIsDelivered:
		e = domain.FileDelivered{}
	case domain.FileIsAcked:
		e = domain.FileAcknowledged{Result: "accepted"}
	}
	w.append(w.fileEvents(f, e))
	f.state = to
}

// deliver takes a file from where it is to delivered.
func (w *world) deliver(f *testFile) {
	w.t.Helper()
	for f.state != domain.FileIsDelivered {
		w.advance(f, following(f.state))
	}
}

func following(s domain.FileState) domain.FileState {
	way := []domain.FileState{domain.FileOpen, domain.FileIsCut, domain.FileIsRendered, domain.FileIsDelivering, domain.FileIsDelivered, domain.FileIsAcked}
	return way[slices.Index(way, s)+1]
}

// cutAndDeliver files items, and delivers them.
func (w *world) cutAndDeliver(items ...testItem) *testFile {
	f := w.openFile(items[0].client, "window")
	w.fill(f, items)
	w.deliver(f)
	return f
}

// fold reads a transaction, passing over what this program does not know, and
// the files it is or was in.
func (w *world) fold(i testItem) (domain.Transaction, map[string]domain.File) {
	w.t.Helper()
	t := domain.Transaction{Client: i.client}
	events, err := w.store.ReadStream(w.ctx, domain.TransactionStream(i.client, i.transaction), 0)
	w.must(err)
	for _, r := range events {
		if r.Type != (later{}).Type() {
			f, err := ledger.Fact(r)
			w.must(err)
			t.Evolve(f)
		}
		t.Version = r.Version
	}
	files := map[string]domain.File{}
	need := func(id string) {
		if _, ok := files[id]; !ok && id != "" {
			f, err := w.ledger.File(w.ctx, id)
			w.must(err)
			files[id] = f
		}
	}
	if t.Originated != nil {
		need(t.Originated.InFile)
	}
	for _, it := range t.Items {
		for _, s := range it.History {
			need(s.File)
		}
	}
	return t, files
}
