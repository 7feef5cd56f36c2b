package webhooks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// file cuts a file of payments, a thousand entries in one append as the batcher
// does, and returns how many it holds.
func (w *world) file(id string, transactions []string) {
	w.t.Helper()
	for first := 0; first < len(transactions); first += 1000 {
		some := transactions[first:min(first+1000, len(transactions))]
		var events []domain.Event
		if first == 0 {
			events = append(events, domain.FileOpened{FileID: id, Client: "gym", ODFI: "231380104", Settings: w.client.Settings.File, Method: domain.ToOutbox})
		}
		filled := domain.FileFilled{Count: len(some)}
		if first == 0 {
			filled.Batches = []domain.FileBatch{{BatchHeader: nacha.BatchHeader{SEC: "PPD", Number: 1, EffectiveOn: "261125"}}}
		}
		f, err := w.File(w.t.Context(), id)
		must(w.t, err)
		taken, err := w.Traces(w.t.Context(), "23138010")
		must(w.t, err)
		changes := []ledger.Change{
			{Stream: domain.FileStream(id), Client: "gym", Expect: f.Version, Events: append(events, filled)},
			{Stream: domain.TraceStream("23138010"), Client: domain.LedgerClient, Expect: taken.Version, Events: []domain.Event{domain.TracesTaken{First: first + 1, Last: first + len(some), On: "2026-11-24"}}},
		}
		for n, t := range some {
			changes = append(changes, ledger.Change{Stream: domain.TransactionStream("gym", t), Client: "gym", Expect: 1, Events: []domain.Event{
				domain.TransactionFiled{ItemID: w.item(t), File: id, Batch: 1, Trace: fmt.Sprintf("2313801%08d", first+n+1)}}})
		}
		w.write(changes...)
	}
}

func (w *world) item(transaction string) string {
	t, err := w.Transaction(w.t.Context(), "gym", transaction)
	must(w.t, err)
	return t.Items[0].ID
}

func (w *world) fileEvents(id string, events ...domain.Event) {
	w.t.Helper()
	f, err := w.File(w.t.Context(), id)
	must(w.t, err)
	w.write(ledger.Change{Stream: domain.FileStream(id), Client: "gym", Expect: f.Version, Events: events})
}

// A delivery changes the status of every entry. The messages are sent page by
// page, also after a restart, each with the entry's number in the file.
func TestAFilesDeliveryTellsOfEachEntry(t *testing.T) {
	w, r := newWorld(t), newReceiver(t)
	const entries = 1203
	var paid []string
	for range entries {
		p, _, err := w.Accept(t.Context(), w.client, payment())
		must(t, err)
		paid = append(paid, p.ID)
	}
	w.file("f1", paid)
	id, secret := w.hook(r.URL, "origination.transmitted", "file.*")
	r.knows(secret)
	w.fileEvents("f1", domain.FileCut{CreatedOn: "261124", CreatedAt: "1000", Modifier: "A"})
	w.fileEvents("f1", domain.FileRendered{Name: "f1.ach", SHA256: make([]byte, 32), Size: 94}, domain.FileDelivering{Method: domain.ToOutbox})
	w.fileEvents("f1", domain.FileDelivered{})
	head, err := w.store.Head(t.Context())
	must(t, err)
	delivered := fmt.Sprint(head.Position)
	for round := range 3 { // stopped in the middle twice
		w.run()
		eventually(t, "some of it", func() bool { return len(r.has()) > 300*(round+1) })
		w.stop()
	}
	w.run()
	eventually(t, "all of it", func() bool { return len(r.has()) == entries+4 })
	seen := map[string]bool{}
	for n := range entries {
		m := fmt.Sprintf("%s.%d", delivered, n+1)
		body := r.body(m)
		if !strings.Contains(body, `"type":"origination.transmitted"`) || !strings.Contains(body, paid[n]) || !strings.Contains(body, `"Status":"Transmitted"`) {
			t.Fatalf("entry %d, payment %s, is told as %s", n+1, paid[n], body)
		}
		seen[m] = true
	}
	if b := r.body(delivered); !strings.Contains(b, `"type":"file.delivered"`) || len(seen) != entries {
		t.Errorf("the file is told as %s; %d entries", b, len(seen))
	}
	w.order(id, domain.RetryWebhook{Message: delivered + ".1100"}.Decide)
	eventually(t, "one entry again", func() bool { return r.tried(delivered+".1100") >= 2 })
}
