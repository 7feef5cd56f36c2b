package workers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/projections/projectionstest"
	"github.com/achledger/achledger/workers/guard"
	"github.com/achledger/achledger/workers/kept"
)

const (
	ourBank   = ledgertest.OurBank
	otherODFI = "091400606"
	theirBank = ledgertest.TheirBank
	gym       = "harborgym"
)

// What the stories have in common.
var (
	must   = ledgertest.Must
	at     = ledgertest.At
	friday = ledgertest.Friday
)

// bank is a whole ledger in a folder, with a clock and the workers.
type bank struct {
	uploaded  int // files that tests of the guard sent in
	decisions sync.Mutex
	decided   map[string]int // entries that an engine decided about, by outcome

	t        testing.TB
	folder   string
	clock    *ledgertest.Clock
	limits   Limits
	switched DeliverySwitch
	fault    func(step string) error
	faults   sqlite.Faults
	database string // of a ledger with several nodes; empty: the folder
	node     string // which of them

	store interface {
		eventstore.Store
		eventstore.Tokens
	}
	*ledger.Ledger
	views    *projections.Views
	files    *Files
	delivery *Delivery
	uploads  *Uploads
	batcher  *Batcher
	guard    *guard.Guard
}

// openBank makes a bank with Harbor Gym as its client.
func openBank(t testing.TB, settings ...func(*domain.Settings)) *bank {
	t.Helper()
	b := &bank{t: t, folder: t.TempDir(), clock: ledgertest.NewClock(friday)}
	b.open()
	t.Cleanup(b.close)
	b.client(gym, settings...)
	return b
}

func (b *bank) open() {
	b.t.Helper()
	if b.database != "" {
		b.openNode()
	} else {
		b.store, b.Ledger = ledgertest.Open(b.t, b.folder, b.clock, sqlite.Options{Linger: -1, Faults: b.faults})
	}
	var err error
	b.views, err = projectionstest.Open(context.Background(), filepath.Join(b.folder, "views"+b.node+".db"), b.store, projections.Options{})
	must(b.t, err)
	b.newWorkers()
}

// newWorkers makes a set of workers; a second one plays another process.
func (b *bank) newWorkers() {
	b.t.Helper()
	var err error
	directory := projections.NewDirectory(b.Ledger)
	b.guard, err = guard.New(guard.Config{Ledger: b.Ledger, Views: b.views, Clients: directory})
	must(b.t, err)
	b.files, err = NewFiles(FilesConfig{Guard: b.guard, Ledger: b.Ledger, Kept: keptIn(b.t, filepath.Join(b.folder, "files")), Limits: b.limits, Switch: b.switched})
	must(b.t, err)
	b.files.fault = func(step string) error {
		if b.fault == nil {
			return nil
		}
		return b.fault(step)
	}
	b.delivery, err = NewDelivery(DeliveryConfig{
		Files: b.files, Views: b.views, Deliverers: map[string]Deliverer{domain.ToOutbox: Outbox(b.outbox())},
	})
	must(b.t, err)
	b.uploads, err = NewUploads(UploadsConfig{Files: b.files, Method: b.delivery.Method})
	must(b.t, err)
	b.batcher, err = NewBatcher(BatcherConfig{
		Files: b.files, Views: b.views, Clients: directory, Delivery: b.delivery, Uploads: b.uploads, Guard: b.guard,
	})
	must(b.t, err)
}

func (b *bank) outbox() string { return filepath.Join(b.folder, "outbox") }

func (b *bank) close() {
	if b.store != nil {
		must(b.t, errors.Join(b.views.Close(), b.store.Close()))
		b.store = nil
	}
}

// restart is what a new process finds after a crash.
func (b *bank) restart() {
	b.t.Helper()
	b.close()
	b.fault = nil
	b.open()
}

// client opens a client; by default nothing but the default windows cuts.
func (b *bank) client(id string, settings ...func(*domain.Settings)) {
	b.t.Helper()
	sameDay := func(s *domain.Settings) { s.SameDay = true }
	ledgertest.OpenClient(b.t, b.Ledger, id, append([]func(*domain.Settings){sameDay}, settings...)...)
}

func (b *bank) write(stream, client string, expect int64, events ...domain.Event) {
	b.t.Helper()
	ledgertest.Write(b.t, b.Ledger, ledger.Change{Stream: stream, Client: client, Expect: expect, Events: events})
}

// changeClient gives a client other settings.
func (b *bank) changeClient(id string, change func(*domain.ChangeClient)) {
	b.t.Helper()
	c, err := b.Ledger.Client(context.Background(), id)
	must(b.t, err)
	command := domain.ChangeClient{Settings: c.Settings, Suspended: c.Suspended}
	change(&command)
	events, err := command.Decide(c)
	must(b.t, err)
	b.write(domain.ClientStream(id), id, c.Version, events...)
}

// pull is a debit of $10.25 unless something is changed about it.
func pull(n int, change ...func(*domain.Proposal)) domain.Proposal {
	p := domain.Proposal{
		SEC: "PPD", PushPull: domain.Pull, ToRouting: theirBank, ToAccountType: domain.Checking,
		ToName: fmt.Sprintf("TEST PERSON %02d", n), ToID: fmt.Sprintf("MBR-%05d", n),
		Description: "DUES NOV", AmountCents: 1025,
	}
	for _, f := range change {
		f(&p)
	}
	return p
}

func push(p *domain.Proposal)  { p.PushPull = domain.Push }
func today(p *domain.Proposal) { p.SameDay = true }
func cents(n int64) func(*domain.Proposal) {
	return func(p *domain.Proposal) { p.AmountCents = n }
}
func on(day string) func(*domain.Proposal) {
	return func(p *domain.Proposal) { p.EffectiveOn = day }
}

// abroad makes a proposal an international payment.
func abroad(p *domain.Proposal) {
	p.SEC, p.PushPull, p.FromName, p.Description = "IAT", domain.Push, "HARBOR GYM LLC", "SUPPLIER"
	bank := domain.IATBank{Name: "LANTERN SAVINGS BANK", Qualifier: "01", ID: ourBank, Country: "US"}
	p.IAT = &domain.IAT{
		From:     domain.IATParty{Name: "HARBOR GYM LLC", Address: "1 PIER", City: "BOSTON", State: "MA", PostalCode: "02110", Country: "US"},
		To:       domain.IATParty{Name: p.ToName, Address: "2 QUAI", City: "LYON", State: "RH", PostalCode: "69001", Country: "FR"},
		FromBank: bank, ToBank: domain.IATBank{Name: "BANQUE DU RHONE", Qualifier: "01", ID: theirBank, Country: "FR"},
		Remittance: []string{"INVOICE 17"}, ForeignExchange: "FF", TransactionType: "BUS",
		OriginatingCurrency: "USD", DestinationCurrency: "USD",
	}
}

// post originates a transaction of a client and returns its id.
func (b *bank) post(client string, p domain.Proposal) string {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	b.originate(client, id, p, "770000"+id[len(id)-6:])
	return id
}

func (b *bank) originate(client, id string, p domain.Proposal, number string) {
	b.t.Helper()
	ledgertest.Originate(b.t, b.Ledger, client, id, itemOf(id), p, number)
}

// posts originates n pulls.
func (b *bank) posts(client string, n int, change ...func(*domain.Proposal)) (ids []string) {
	b.t.Helper()
	for i := range n {
		ids = append(ids, b.post(client, pull(i+1, change...)))
	}
	return ids
}

// itemOf is the id of a transaction's origination.
func itemOf(id string) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("item "+id)).String()
}

func (b *bank) recall(client, id string) error {
	_, err := ledger.Execute(context.Background(), b.Ledger, ledger.TransactionStream(client, id), func(t domain.Transaction) ([]domain.Event, error) {
		return domain.Recall{ItemID: itemOf(id)}.Decide(t)
	})
	return err
}

// item is the origination of a transaction as the log has it.
func (b *bank) item(client, id string) *domain.Item {
	b.t.Helper()
	t, err := b.Transaction(context.Background(), client, id)
	must(b.t, err)
	return t.Origination()
}

func (b *bank) sweep() {
	b.t.Helper()
	must(b.t, b.batcher.Sweep(context.Background()))
}

// sweepAt moves the clock and sweeps.
func (b *bank) sweepAt(now string) {
	b.t.Helper()
	b.clock.Set(at(now))
	b.sweep()
}

// cutFiles are all files of the log in the order they were opened.
func (b *bank) cutFiles() (files []domain.File) {
	b.t.Helper()
	ctx := context.Background()
	for after := int64(0); ; {
		events, err := b.store.ReadAll(ctx, after, 1000)
		must(b.t, err)
		if len(events) == 0 {
			return files
		}
		for _, e := range events {
			if e.Type == (domain.FileOpened{}).Type() {
				f, err := b.Ledger.File(ctx, strings.TrimPrefix(e.Stream, "file/"))
				must(b.t, err)
				files = append(files, f)
			}
			after = e.Position
		}
	}
}

// onlyFile is the one file there is.
func (b *bank) onlyFile() domain.File {
	b.t.Helper()
	files := b.cutFiles()
	if len(files) != 1 {
		b.t.Fatalf("there are %d files, want one", len(files))
	}
	return files[0]
}

// bytes are those of a file in the outbox.
func (b *bank) bytes(f domain.File) string {
	b.t.Helper()
	content, err := os.ReadFile(filepath.Join(b.outbox(), f.Rendered.Name))
	must(b.t, err)
	return string(content)
}

// sent lists the outbox.
func (b *bank) sent() (names []string) {
	entries, _ := os.ReadDir(b.outbox())
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// verify fails the test if anything is wrong with the files.
func (b *bank) verify() {
	b.t.Helper()
	for _, p := range b.problems() {
		b.t.Errorf("verify: %s", p)
	}
}

func keptIn(t testing.TB, path string) kept.Folder {
	t.Helper()
	f, err := kept.Open(path)
	must(t, err)
	return f
}
