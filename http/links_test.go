package http_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/fed"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
	"github.com/achledger/achledger/workers/accounts"
	"github.com/achledger/achledger/workers/inbound"
	"github.com/achledger/achledger/workers/relationships"
	"github.com/achledger/achledger/workers/workertest"
)

// town is a world with workers: files are cut and delivered to an outbox, and the
// bank's answers are taken in.
type town struct {
	*world
	views   *projections.Views
	batcher *workers.Batcher
	intake  *inbound.Intake
	links   *relationships.Worker
	answers int // files of the bank so far
}

func newTown(t testing.TB, changes ...change) *town {
	t.Helper()
	w := &town{}
	w.world = newWorld(t, append(changes, func(o *api.Options) { w.views = o.Views })...)
	w.newWorkers()
	return w
}

func (w *town) newWorkers() {
	w.t.Helper()
	set := workertest.New(w.t, workertest.Config{
		Ledger: w.ledger, Views: w.views, Folder: w.folder,
		Settle: func(ctx context.Context) error { return w.links.Accounts.Pass(ctx) },
	})
	w.batcher = set.Batcher
	var err error
	w.intake, err = inbound.New(inbound.Config{Ledger: w.ledger, Views: w.views, Kept: set.Kept})
	w.must(err)
	corrections, err := accounts.New(accounts.Config{Ledger: w.ledger, Views: w.views})
	w.must(err)
	w.links, err = relationships.New(relationships.Config{Ledger: w.ledger, Views: w.views, Accounts: corrections})
	w.must(err)
}

func (w *town) outbox() string { return filepath.Join(w.folder, "outbox") }

// sweep lets every worker do what is due now.
func (w *town) sweep() {
	w.t.Helper()
	ctx := context.Background()
	if w.links == nil {
		return
	}
	w.must(w.links.Sweep(ctx))
	w.must(w.batcher.Sweep(ctx))
	w.must(w.links.Sweep(ctx))
}

// at moves the clock to a wall clock time of New York and sweeps.
func (w *town) at(text string) {
	w.t.Helper()
	to, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Eastern)
	w.must(err)
	w.clock.Advance(to.Sub(w.clock.Now()))
	w.sweep()
}

// sent returns the entry of a transaction, by its trace number in the log, from the
// newest file of the outbox that has it.
func (w *town) sent(client, id string) (h nacha.BatchHeader, e nacha.Entry) {
	w.t.Helper()
	t, err := w.ledger.Transaction(context.Background(), client, id)
	w.must(err)
	return w.sentAs(client, id, t.Origination().ID)
}

// sentAs is sent for another item of the transaction.
func (w *town) sentAs(client, id, item string) (h nacha.BatchHeader, e nacha.Entry) {
	w.t.Helper()
	t, err := w.ledger.Transaction(context.Background(), client, id)
	w.must(err)
	i, ok := t.Item(item)
	if !ok || i.Filing == nil {
		w.t.Fatalf("event %s of transaction %s has not left", item, id)
	}
	filing := i.Filing
	names, err := filepath.Glob(filepath.Join(w.outbox(), "*.ach"))
	w.must(err)
	for _, name := range names {
		content, err := os.ReadFile(name)
		w.must(err)
		var header nacha.BatchHeader
		_, err = nacha.Scan(bytes.NewReader(content), nacha.Handler{
			Batch: func(b *nacha.ScannedBatch) error { header = b.Header; return nil },
			Entry: func(s *nacha.ScannedEntry) error {
				if s.Entry.Trace == filing.Trace {
					h, e = header, s.Entry
				}
				return nil
			},
		})
		w.must(err)
	}
	if e.Trace == "" {
		w.t.Fatalf("no file of the outbox has trace %s", filing.Trace)
	}
	return h, e
}

// returned has the bank return a transaction's entry.
func (w *town) returned(client, id, code string) {
	w.t.Helper()
	h, e := w.sent(client, id)
	w.feed(fed.Return(h, e, code, calendar.DateOf(w.clock.Now()), w.trace()))
}

// corrected has the bank send a notification of change for a transaction, and lets
// the workers apply it.
func (w *town) corrected(client, id, code, data string) {
	w.t.Helper()
	w.notified(client, id, code, data)
	w.sweep()
}

// notified has the bank send a notification of change that is taken in and not
// applied yet.
func (w *town) notified(client, id, code, data string) {
	w.t.Helper()
	h, e := w.sent(client, id)
	w.arrives(fed.Change(h, e, code, data, calendar.DateOf(w.clock.Now()), w.trace()))
}

func (w *town) trace() string { return fmt.Sprintf("12100035%07d", w.answers+1) }

func (w *town) feed(m fed.Message) {
	w.t.Helper()
	w.arrives(m)
	w.sweep()
}

func (w *town) arrives(m fed.Message) {
	w.t.Helper()
	if o := w.takes(m); o.Counts.Applied != 1 {
		w.t.Fatalf("the bank's file was not applied: %+v", o)
	}
}

// takes has a file with a message of the bank taken in.
func (w *town) takes(m fed.Message) inbound.Outcome {
	w.t.Helper()
	w.answers++
	content, err := nacha.Render(fed.Compose(w.answers, w.clock.Now(), "061000146", "FEDERAL RESERVE BANK", []fed.Message{m}), "\n")
	w.must(err)
	o, err := w.intake.Take(context.Background(), fmt.Sprintf("answer-%d.ach", w.answers), inbound.FromAPI, bytes.NewReader(content))
	w.must(err)
	return o
}

// sound fails the test unless rebuilt views equal the live ones.
func (w *town) sound() {
	w.t.Helper()
	w.must(w.views.CatchUp(context.Background()))
	first, n, err := w.views.Compare(context.Background(), nil)
	if err != nil || n != 0 {
		w.t.Errorf("%d rows differ from the log, %v, %+v", n, err, first)
	}
}

// verifiedBy are settings with a way to verify relationships.
func verifiedBy(method string) domain.Settings {
	s := settings()
	s.Verification = method
	return s
}
