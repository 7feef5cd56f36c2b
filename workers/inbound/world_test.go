package inbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/projections/projectionstest"
	"github.com/achledger/achledger/workers"
	"github.com/achledger/achledger/workers/workertest"
)

const (
	ourBank   = ledgertest.OurBank
	theirBank = ledgertest.TheirBank
	fed       = ledgertest.Fed
	gym       = "harborgym"
)

// Short names for helpers of package ledgertest.
var (
	must   = ledgertest.Must
	at     = ledgertest.At
	friday = ledgertest.Friday
)

// world is a whole ledger in a folder, with Harbor Gym as its client, the
// batcher that sends and the intake that takes in.
type world struct {
	t      testing.TB
	folder string
	clock  *ledgertest.Clock
	watch  Watch
	log    *slog.Logger
	fault  func(step string)
	serial int // last of the other bank's trace numbers
	chunk  int // entries in one append; 0: as in production

	database string // of a ledger with several nodes; empty: the folder
	node     string // name of this node

	store eventstore.Store
	*ledger.Ledger
	views   *projections.Views
	batcher *workers.Batcher
	intake  *Intake
}

func newWorld(t testing.TB, settings ...func(*domain.Settings)) *world {
	t.Helper()
	w := emptyWorld(t)
	w.client(gym, settings...)
	return w
}

// withPayment is a world with a payment that the bank sent; id is its transaction.
func withPayment(t testing.TB) (w *world, id string) {
	t.Helper()
	w = newWorld(t)
	w.clock.Set(at("2026-11-23 09:00"))
	w.feed(vector(t, "06"))
	return w, w.received(gym)[0].ID
}

func emptyWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, folder: t.TempDir(), clock: ledgertest.NewClock(friday), log: slog.New(slog.DiscardHandler)}
	w.open()
	t.Cleanup(w.close)
	return w
}

func (w *world) open() {
	w.t.Helper()
	if w.database != "" {
		w.openNode()
	} else {
		w.store, w.Ledger = ledgertest.Open(w.t, w.folder, w.clock, sqlite.Options{Linger: -1})
	}
	var err error
	w.views, err = projectionstest.Open(context.Background(), filepath.Join(w.folder, "views"+w.node+".db"), w.store, projections.Options{Log: w.log})
	must(w.t, err)
	w.newWorkers()
}

func (w *world) newWorkers() {
	w.t.Helper()
	set := workertest.New(w.t, workertest.Config{Ledger: w.Ledger, Views: w.views, Folder: w.folder})
	w.batcher = set.Batcher
	var err error
	w.intake, err = New(Config{Ledger: w.Ledger, Views: w.views, Kept: set.Kept, Inbox: w.watch, Log: w.log})
	must(w.t, err)
	if w.chunk > 0 {
		w.intake.chunkEntries = w.chunk
	}
	w.intake.fault = func(step string) {
		if w.fault != nil {
			w.fault(step)
		}
	}
}

func (w *world) outbox() string { return filepath.Join(w.folder, "outbox") }

func (w *world) close() {
	if w.store != nil {
		must(w.t, errors.Join(w.views.Close(), w.store.Close()))
		w.store = nil
	}
}

// restart opens the ledger as a new process does after a crash.
func (w *world) restart() {
	w.t.Helper()
	w.close()
	w.fault = nil
	w.open()
}

func (w *world) client(id string, settings ...func(*domain.Settings)) {
	w.t.Helper()
	receives := func(s *domain.Settings) { s.ReceivingAccounts = w.patterns("400*", "5000*", "6000*") }
	ledgertest.OpenClient(w.t, w.Ledger, id, append([]func(*domain.Settings){receives}, settings...)...)
}

// patterns returns receiving accounts as earlier releases sealed them.
func (w *world) patterns(list ...string) (matches []domain.AccountMatch) {
	w.t.Helper()
	for _, p := range list {
		number, prefix := strings.CutSuffix(p, "*")
		account, err := w.SealAccountIn("", domain.LedgerClient, "", number, "")
		must(w.t, err)
		account.Sealed, err = w.Keys.Seal(domain.LedgerClient, []byte(number), "account")
		must(w.t, err)
		matches = append(matches, domain.AccountMatch{Account: account, Prefix: prefix})
	}
	return matches
}

func (w *world) write(changes ...ledger.Change) {
	w.t.Helper()
	ledgertest.Write(w.t, w.Ledger, changes...)
}

// originate writes the events that POST /api/transaction would, and returns the
// id.
func (w *world) originate(p domain.Proposal, number string) string {
	w.t.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	ledgertest.Originate(w.t, w.Ledger, gym, id, "item-"+id, p, number)
	return id
}

// eight originates the entries of the first vector and returns their ids.
func (w *world) eight() (ids []string) {
	w.t.Helper()
	for n := 1; n <= 8; n++ {
		ids = append(ids, w.originate(domain.Proposal{
			SEC: "PPD", PushPull: domain.Pull, ToRouting: theirBank, ToAccountType: domain.Checking,
			ToName: fmt.Sprintf("TEST PERSON %02d", n), ToID: fmt.Sprintf("MBR-%05d", n),
			Description: "DUES NOV", AmountCents: int64(n)*1000 + 25, EffectiveOn: "2026-11-23",
		}, fmt.Sprintf("7700000%d", n)))
	}
	return ids
}

// sweepAt sets the clock and makes the batcher do what is due: at 14:31, for
// instance, it cuts and delivers the files of the 14:30 window.
func (w *world) sweepAt(now string) {
	w.t.Helper()
	w.clock.Set(at(now))
	must(w.t, w.batcher.Sweep(context.Background()))
}

// sent originates the eight and has them delivered; the clock then shows
// Tuesday morning, when their returns come.
func (w *world) sent() []string {
	w.t.Helper()
	ids := w.eight()
	w.sweepAt("2026-11-20 14:31")
	w.clock.Set(at("2026-11-24 09:00"))
	return ids
}

// vectors is the folder of files from banks, which all packages use.
const vectors = "../../domain/nacha/testdata/vectors"

// vector reads a vector by its number.
func vector(t testing.TB, number string) []byte {
	t.Helper()
	names, err := filepath.Glob(vectors + "/" + number + "-*.ach")
	if err != nil || len(names) != 1 {
		t.Fatalf("vector %s: %v, %v", number, names, err)
	}
	content, err := os.ReadFile(names[0])
	must(t, err)
	return content
}

// feed takes a file in.
func (w *world) feed(content []byte) Outcome {
	w.t.Helper()
	return w.feedAs("file.ach", content)
}

func (w *world) feedAs(name string, content []byte) Outcome {
	w.t.Helper()
	o, err := w.intake.Take(context.Background(), name, FromAPI, bytes.NewReader(content))
	must(w.t, err)
	return o
}

// transaction returns a client's transaction.
func (w *world) transaction(client, id string) domain.Transaction {
	w.t.Helper()
	t, err := w.Transaction(context.Background(), client, id)
	must(w.t, err)
	return t
}

// resealed returns the account of a transaction, sealed for another one.
func (w *world) resealed(t domain.Transaction, id string) domain.Account {
	w.t.Helper()
	number, err := w.OpenAccount(gym, t.Account)
	must(w.t, err)
	account, err := w.SealAccountIn(domain.TransactionStream(gym, id), gym, t.Routing, number, t.AccountType)
	must(w.t, err)
	return account
}

// dataOf opens the corrected data of the one notification of change.
func (w *world) dataOf(id string) (string, error) {
	t := w.transaction(gym, id)
	return w.OpenDataOf(&t, w.only(id, domain.Correction))
}

// origination returns the item that began a transaction of ours.
func (w *world) origination(id string) *domain.Item {
	w.t.Helper()
	t := w.transaction(gym, id)
	return t.Origination()
}

// only returns the only item of a kind that came from the bank.
func (w *world) only(id string, kind domain.ItemKind) *domain.Item {
	w.t.Helper()
	var found []*domain.Item
	for _, i := range w.transaction(gym, id).Items {
		if i.Kind == kind && i.Direction == domain.FromFed {
			found = append(found, i)
		}
	}
	if len(found) != 1 {
		w.t.Fatalf("transaction %s has %d items of kind %s from the bank, want one", id, len(found), kind)
	}
	return found[0]
}

// received returns the payments received for a client, in log order.
func (w *world) received(client string) (list []domain.Transaction) {
	w.t.Helper()
	for _, r := range w.events((domain.TransactionReceived{}).Type()) {
		if r.Client == client {
			_, id, _ := domain.SplitTransactionStream(r.Stream)
			list = append(list, w.transaction(client, id))
		}
	}
	return list
}

// events returns the events of a type, or all of the log.
func (w *world) events(eventType string) (list []eventstore.Recorded) {
	w.t.Helper()
	for after := int64(0); ; {
		page, err := w.store.ReadAll(context.Background(), after, 1000)
		must(w.t, err)
		if len(page) == 0 {
			return list
		}
		for _, r := range page {
			if eventType == "" || r.Type == eventType {
				list = append(list, r)
			}
			after = r.Position
		}
	}
}

// queue returns the entries that wait for a person.
func (w *world) queue() []projections.Unmatched {
	w.t.Helper()
	must(w.t, w.views.CatchUp(context.Background()))
	list, _, err := w.views.UnmatchedEntries(context.Background(), projections.UnmatchedFilter{})
	must(w.t, err)
	return list
}

// waits returns the only entry that waits.
func (w *world) waits(reason string) projections.Unmatched {
	w.t.Helper()
	list := w.queue()
	if len(list) != 1 || list[0].Reason != reason {
		w.t.Fatalf("queue %+v, want one entry that waits as %s", list, reason)
	}
	return list[0]
}

// available returns what the client may do with a transaction now.
func (w *world) available(id string) []answers.Action {
	w.t.Helper()
	return w.caseOf(gym, id).Available()
}

func (w *world) caseOf(client, id string) answers.Case {
	w.t.Helper()
	c := answers.Case{Transaction: w.transaction(client, id), Now: w.Now(), Files: map[string]domain.File{}}
	for _, i := range c.Transaction.Items {
		if i.Filing != nil {
			f, err := w.File(context.Background(), i.Filing.File)
			must(w.t, err)
			c.Files[f.ID] = f
		}
	}
	return c
}

// sound fails the test unless a rebuilt view equals the live one.
func (w *world) sound() {
	w.t.Helper()
	must(w.t, w.views.CatchUp(context.Background()))
	first, n, err := w.views.Compare(context.Background(), nil)
	if err != nil || n != 0 {
		w.t.Errorf("%d rows differ from the log, %v, %+v", n, err, first)
	}
}

func (w *world) settlement(day string, direction domain.Direction) projections.Settlement {
	w.t.Helper()
	must(w.t, w.views.CatchUp(context.Background()))
	rows, err := w.views.Settlements(context.Background(), day)
	must(w.t, err)
	for _, r := range rows {
		if r.Direction == direction {
			return r
		}
	}
	return projections.Settlement{}
}

// edit replaces a text that occurs once in a file.
func edit(t testing.TB, content []byte, old, with string) []byte {
	t.Helper()
	if n := bytes.Count(content, []byte(old)); n != 1 {
		t.Fatalf("%q stands %d times", old, n)
	}
	return bytes.Replace(content, []byte(old), []byte(with), 1)
}

// render writes a file of the bank to us.
func render(t testing.TB, batches ...nacha.Batch) []byte {
	t.Helper()
	return renderAs(t, "0700", batches...)
}

func renderAs(t testing.TB, created string, batches ...nacha.Batch) []byte {
	t.Helper()
	for i := range batches {
		batches[i].Header.Number = i + 1
	}
	content, err := nacha.Render(nacha.File{Header: fileHeader(created), Batches: batches}, "\n")
	must(t, err)
	return content
}

func fileHeader(created string) nacha.FileHeader {
	return nacha.FileHeader{
		ImmediateDestination: ourBank, ImmediateDestinationName: "LANTERN SAVINGS BANK",
		ImmediateOrigin: fed, ImmediateOriginName: "FEDERAL RESERVE BANK",
		CreatedOn: "261124", CreatedAt: created, Modifier: "A",
	}
}

// bank sets up an ODFI of ours.
func (w *world) bank(routing string, terms ...calendar.Terms) {
	w.t.Helper()
	var profile domain.BankProfile
	for _, own := range terms {
		profile.Terms = own
	}
	w.write(ledger.Change{Stream: domain.BankStream(routing), Client: domain.LedgerClient, Events: []domain.Event{
		domain.BankConfigured{Routing: routing, Delivery: domain.DeliverySettings{Method: domain.ToOutbox}, BankProfile: profile},
	}})
}

func read(t testing.TB, path ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(path...))
	must(t, err)
	return string(content)
}

func textLog(out io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(out, nil)) }

func withCancel(t testing.TB) (context.Context, context.CancelFunc) {
	return context.WithCancel(t.Context())
}
