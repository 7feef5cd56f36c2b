package restore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/projections/projectionstest"
	"github.com/achledger/achledger/workers"
	"github.com/achledger/achledger/workers/kept"
	"github.com/achledger/achledger/workers/workertest"
)

const (
	odfi  = ledgertest.OurBank
	gym   = "harborgym"
	diner = "harbordiner"
)

// bank is a ledger in a folder with its workers. The test sets its clock.
type bank struct {
	t      *testing.T
	folder string
	now    time.Time
	*ledger.Ledger
	views   *projections.Views
	batcher *workers.Batcher
	uploads *workers.Uploads
	files   *workers.Files
	limits  workers.Limits
}

func (b *bank) restore() Restore {
	return Restore{Ledger: b.Ledger, Views: b.views, Uploads: b.uploads, ODFI: odfi}
}

// Now implements ledger.Clock.
func (b *bank) Now() time.Time { return b.now }

// openBank opens the ledger in a folder, which may have been restored.
func openBank(t *testing.T, folder string, now time.Time, limits workers.Limits) *bank {
	t.Helper()
	b := &bank{t: t, folder: folder, now: now, limits: limits}
	store, l := ledgertest.Open(t, folder, b, sqlite.Options{Linger: -1})
	t.Cleanup(func() { store.Close() })
	b.Ledger = l
	var err error
	b.views, err = projectionstest.Open(t.Context(), filepath.Join(folder, "views.db"), store, projections.Options{})
	b.must(err)
	t.Cleanup(func() { b.views.Close() })
	b.newWorkers()
	return b
}

func (b *bank) newWorkers() {
	b.t.Helper()
	set := workertest.New(b.t, workertest.Config{Ledger: b.Ledger, Views: b.views, Folder: b.folder, Limits: b.limits})
	b.files, b.uploads, b.batcher = set.Files, set.Uploads, set.Batcher
}

func (b *bank) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bank) outbox() string { return filepath.Join(b.folder, "outbox") }

// sent reads the first file in the outbox.
func (b *bank) sent() []byte {
	names, err := filepath.Glob(filepath.Join(b.outbox(), "*.ach"))
	b.must(err)
	content, err := os.ReadFile(names[0])
	b.must(err)
	return content
}

// client opens a client whose files leave at 10:00 and at 16:00.
func (b *bank) client(id, company string) {
	b.t.Helper()
	ledgertest.OpenClient(b.t, b.Ledger, id, func(s *domain.Settings) {
		s.Name, s.CompanyName, s.CompanyIdentifications, s.DefaultSEC = id, "HARBOR", []string{company}, ""
		s.Batching.Windows = []string{"10:00", "16:00"}
	})
}

// balanced sets a client's offset account, so that its batches are balanced.
func (b *bank) balanced(client string) {
	b.t.Helper()
	c, err := b.Client(b.t.Context(), client)
	b.must(err)
	routing := c.Settings.ODFIs[0]
	account, err := b.SealAccountIn(domain.ClientStream(client), client, routing, "5500112233", domain.Savings)
	b.must(err)
	settings := c.Settings
	settings.Balance = []domain.Balance{{
		CompanyID: settings.CompanyIdentifications[0], OffsetAccount: domain.OffsetAccount{Routing: routing, AccountType: domain.Savings, Account: account},
	}}
	events, err := domain.ChangeClient{Settings: settings}.Decide(c)
	b.must(err)
	ledgertest.Write(b.t, b.Ledger, ledger.Change{Stream: domain.ClientStream(client), Client: client, Expect: c.Version, Events: events})
}

// pay originates a payment. The same arguments make an equal entry.
func (b *bank) pay(client string, change func(*domain.Proposal)) (id string) {
	b.t.Helper()
	c, err := b.Client(b.t.Context(), client)
	b.must(err)
	p := domain.Proposal{SEC: "PPD", PushPull: domain.Push, ToRouting: "121042882", ToAccountType: domain.Checking,
		ToName: "Ada Marsh", Description: "PAYROLL", AmountCents: 194217}
	change(&p)
	id = uuid.NewString()
	account, err := b.SealAccountIn(domain.TransactionStream(client, id), client, p.ToRouting, "30488174411", p.ToAccountType)
	b.must(err)
	content, err := ledger.OrderContent(p, "30488174411")
	b.must(err)
	mac, err := b.Keys.MAC(client, content)
	b.must(err)
	events, err := domain.Originate{TransactionID: id, ItemID: uuid.NewString(), Proposal: p, Number: "30488174411",
		Account: account, Content: mac}.Decide(c, domain.Transaction{})
	b.must(err)
	_, err = b.Write(b.t.Context(), ledger.Change{Stream: domain.TransactionStream(client, id), Client: client, Events: events})
	b.must(err)
	return id
}

// judge holds, approves or recalls a payment.
func (b *bank) judge(client, id string, command interface {
	Decide(domain.Transaction) ([]domain.Event, error)
}) error {
	_, err := ledger.Execute(b.t.Context(), b.Ledger, ledger.TransactionStream(client, id), command.Decide)
	return err
}

// item returns the id of a payment's origination.
func (b *bank) item(client, id string) string {
	b.t.Helper()
	t, err := b.Transaction(b.t.Context(), client, id)
	b.must(err)
	return t.Origination().ID
}

// state returns the state of a payment's origination.
func (b *bank) state(client, id string) domain.State {
	b.t.Helper()
	t, err := b.Transaction(b.t.Context(), client, id)
	b.must(err)
	if !t.Exists() {
		return ""
	}
	return t.Origination().State
}

// correct changes the account of a payment, as a notification of change does.
func (b *bank) correct(client, id, number string) {
	b.t.Helper()
	account, err := b.SealAccountIn(domain.TransactionStream(client, id), client, "091000019", number, domain.Savings)
	b.must(err)
	_, err = ledger.Execute(b.t.Context(), b.Ledger, ledger.TransactionStream(client, id), func(t domain.Transaction) ([]domain.Event, error) {
		return []domain.Event{domain.TransactionAccountChanged{Routing: "091000019", AccountType: domain.Savings, Account: account, Code: "C03"}}, nil
	})
	b.must(err)
}

// wage sets the amount of a payment.
func wage(cents int64) func(*domain.Proposal) {
	return func(p *domain.Proposal) { p.AmountCents = cents }
}

// sweepAt makes the batcher work at a time of the day, New York.
func (b *bank) sweepAt(clock string) {
	b.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", b.now.In(calendar.Eastern).Format("2006-01-02 ")+clock, calendar.Eastern)
	b.must(err)
	b.now = at
	b.must(b.batcher.Sweep(b.t.Context()))
}

// restored makes a backup and opens it in another folder, at the same time.
func (b *bank) restored() *bank {
	b.t.Helper()
	to := filepath.Join(b.t.TempDir(), "restored")
	b.must(backup(b, to))
	return openBank(b.t, to, b.now, b.limits)
}

func backup(b *bank, to string) error {
	if err := b.Keys.(*seal.Keyring).ExportMaster(filepath.Join(b.t.TempDir(), "master")); err != nil {
		return err
	}
	return errors.Join(copyKeys(b.folder, to), os.CopyFS(filepath.Join(to, "files"), os.DirFS(filepath.Join(b.folder, "files"))), b.Store.(*sqlite.Store).Backup(context.Background(), filepath.Join(to, sqlite.FileName)))
}

// holds checks that the ledger's files, including those in another outbox, are
// what the log says.
func (b *bank) holds(outbox string, files, entries int) {
	b.t.Helper()
	found, err := workers.VerifyFiles(b.t.Context(), workers.Verification{Ledger: b.Ledger, Kept: kept.Folder(filepath.Join(b.folder, "files")), Outbox: outbox})
	b.must(err)
	if len(found.Problems) > 0 || found.Files != files || found.Entries != entries {
		b.t.Errorf("found %d files, %d entries, problems %v; want %d, %d and none", found.Files, found.Entries, found.Problems, files, entries)
	}
}

// waits returns how many entries wait for a file.
func (b *bank) waits() int {
	b.t.Helper()
	b.must(b.views.CatchUp(b.t.Context()))
	queues, err := b.views.QueueTotals(b.t.Context())
	b.must(err)
	n := 0
	for _, q := range queues {
		n += q.Entries
	}
	return n
}

func (r Report) String() string {
	return fmt.Sprintf("%d files, %d entries, %d known, %d others, %d unknown", r.Files, r.Entries, r.Known, r.Others, len(r.Unknown))
}
