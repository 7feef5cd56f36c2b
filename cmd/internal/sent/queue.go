package sent

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

// queue is what waits for a file of the ODFI, by client and key. Equal entries
// stand in log order.
type queue struct {
	of map[string]map[string][]item
}

// item waits.
type item struct {
	transaction, item string
	version           int64 // of the transaction's stream
	entry             domain.Entry
}

// next takes the oldest item with a key.
func (q *queue) next(client, key string) (item, bool) {
	items := q.of[client][key]
	if len(items) == 0 {
		return item{}, false
	}
	q.of[client][key] = items[1:]
	return items[0], true
}

// farthest is later than anything that waits is due.
var farthest = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// chunk is how many items are read and put into records at once.
const chunk = 2000

// waiting reads what waits at the ODFI, of every client.
func (b Books) waiting(ctx context.Context) (*queue, error) {
	q := &queue{of: map[string]map[string][]item{}}
	clients, err := b.Views.ClientsByODFI(ctx, b.ODFI)
	if err != nil {
		return nil, err
	}
	for _, client := range append(clients, domain.LedgerClient) {
		q.of[client] = map[string][]item{}
		for _, answers := range []bool{false, true} {
			for after := int64(0); ; {
				page, err := b.Views.WaitingItems(ctx, client, b.ODFI, answers, farthest, after, chunk)
				if err != nil {
					return nil, err
				}
				if len(page) == 0 {
					break
				}
				if err := b.index(ctx, q.of[client], page); err != nil {
					return nil, err
				}
				after = page[len(page)-1].Position
			}
		}
	}
	return q, nil
}

// index puts items into records as the cut would, reads those back, and keeps
// each item under what its records say.
func (b Books) index(ctx context.Context, into map[string][]item, page []projections.Waiting) error {
	probe := nacha.File{Header: nacha.FileHeader{
		ImmediateDestination: b.ODFI, ImmediateDestinationName: "PROBE", ImmediateOrigin: b.ODFI, ImmediateOriginName: "PROBE",
		CreatedOn: "260101", CreatedAt: "0000", Modifier: "A",
	}}
	items := make([]item, len(page))
	for n, w := range page {
		t, err := b.Ledger.Transaction(ctx, w.Client, w.TransactionID)
		if err != nil {
			return err
		}
		i, ok := t.Item(w.ItemID)
		if !ok {
			return fmt.Errorf("transaction %s has no item %s", w.TransactionID, w.ItemID)
		}
		entry, err := t.EntryOf(i)
		if err != nil {
			return err
		}
		items[n] = item{w.TransactionID, w.ItemID, t.Version, entry}
		if err := b.reveal(&t, i, &entry.Entry); err != nil {
			return err
		}
		code := nacha.TransactionCode(entry.Entry.Code)
		entry.Entry.Trace = fmt.Sprintf("%s%07d", b.ODFI[:8], n+1)
		entry.Header.ServiceClass, entry.Header.Number = nacha.ServiceClass(code.Debit(), code.Credit()), n+1
		if entry.Header.EffectiveOn == "" {
			entry.Header.EffectiveOn = "260102"
		}
		probe.Batches = append(probe.Batches, nacha.Batch{Header: entry.Header, Entries: []nacha.Entry{entry.Entry}})
	}
	content, err := nacha.Render(probe, "\n")
	if err != nil {
		return err
	}
	header := ""
	_, err = nacha.Scan(bytes.NewReader(content), nacha.Handler{
		Batch: func(b *nacha.ScannedBatch) error {
			header = batchKey(b.Raw)
			return nil
		},
		Entry: func(e *nacha.ScannedEntry) error {
			key := header + entryKey(e.Raw)
			into[key] = append(into[key], items[e.Batch-1])
			return nil
		},
	})
	return err
}

// reveal opens what only a file may show.
func (b Books) reveal(t *domain.Transaction, i *domain.Item, e *nacha.Entry) (err error) {
	if e.Account, err = b.Ledger.OpenAccount(t.Client, t.Account); err != nil {
		return err
	}
	switch {
	case e.Correction != nil && i.Outgoing != nil:
		e.Correction.Data, err = b.Ledger.OpenData(t.Client, i.Outgoing.Data)
	case e.RefusedChange != nil:
		if to, ok := t.Item(i.ReplyTo); ok && to.Incoming != nil {
			e.RefusedChange.Data, err = b.Ledger.OpenData(t.Client, to.Incoming.Data)
		}
	}
	return err
}
