package restore

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

// queue holds the items that wait for a file of the ODFI, held or not, by
// client and key. Items with equal keys are in log order.
type queue struct {
	exact, loose, similar map[string]map[string][]*item
	known                 map[int64]bool   // items, by position: one that changes while they are read is listed again
	versions              map[string]int64 // of the transactions' streams, including what was written here
}

// item is a waiting item.
type item struct {
	client, transaction, id string
	position                int64
	name                    string
	cents                   int64
	held                    bool
	reason                  string // why it is held
	due                     time.Time
	keys
	taken bool
}

func (i *item) stream() string { return domain.TransactionStream(i.client, i.transaction) }

// best returns the first free item, in log order, of the likeliest kind: not
// held and due at the instant, then not held and due later, then held.
func best(items []*item, at time.Time) (chosen *item) {
	rank := func(i *item) int {
		switch {
		case i.held:
			return 2
		case i.due.After(at):
			return 1
		}
		return 0
	}
	for _, i := range items {
		if i.taken || chosen != nil && rank(i) >= rank(chosen) {
			continue
		}
		if chosen = i; rank(i) == 0 {
			break
		}
	}
	return chosen
}

// chunk is how many items are read and rendered at once.
const chunk = 2000

// waiting reads the items of every client that wait at the ODFI.
func (r Restore) waiting(ctx context.Context) (*queue, error) {
	q := &queue{known: map[int64]bool{}, versions: map[string]int64{}}
	for _, by := range []*map[string]map[string][]*item{&q.exact, &q.loose, &q.similar} {
		*by = map[string]map[string][]*item{}
	}
	clients, err := r.Views.ClientsByODFI(ctx, r.ODFI)
	if err != nil {
		return nil, err
	}
	for _, client := range append(clients, domain.LedgerClient) {
		q.of(client)
	}
	filter := projections.ItemFilter{Status: projections.Pending, Direction: domain.ToFed, Limit: chunk}
	for {
		page, next, err := r.Views.Items(ctx, filter)
		if err != nil {
			return nil, err
		}
		if err := r.index(ctx, q, page); err != nil {
			return nil, err
		}
		if filter.Cursor = next; next == "" {
			q.inLogOrder()
			return q, nil
		}
	}
}

// inLogOrder sorts items with equal keys: those to which something happened were
// listed last.
func (q *queue) inLogOrder() {
	for _, clients := range []map[string]map[string][]*item{q.exact, q.loose, q.similar} {
		for _, keys := range clients {
			for _, items := range keys {
				slices.SortFunc(items, func(a, b *item) int { return cmp.Compare(a.position, b.position) })
			}
		}
	}
}

// of makes the maps of a client.
func (q *queue) of(client string) {
	for _, by := range []map[string]map[string][]*item{q.exact, q.loose, q.similar} {
		if by[client] == nil {
			by[client] = map[string][]*item{}
		}
	}
}

// index adds those items of a page that wait at the ODFI, by their keys.
func (r Restore) index(ctx context.Context, q *queue, page []projections.Item) error {
	var probes []probe
	var items []*item
	for _, row := range page {
		t, err := r.Ledger.Transaction(ctx, row.Client, row.TransactionID)
		if err != nil {
			return err
		}
		i, ok := t.Item(row.ItemID)
		if !ok || t.ODFI() != r.ODFI || !i.Waits() || q.known[i.Position] {
			continue
		}
		q.known[i.Position] = true
		p, err := r.probe(&t, i)
		if err != nil {
			return err
		}
		probes = append(probes, p)
		w := &item{
			client: t.Client, transaction: t.ID, id: i.ID, position: i.Position, cents: i.AmountCents, held: i.State == domain.Held, reason: i.Reason,
			name: p.entry.Name, due: t.CreatedAt,
		}
		if day, err := calendar.ParseDate(t.AskedOn(i)); err == nil {
			w.due = calendar.DueAt(day)
		}
		items = append(items, w)
		q.versions[w.stream()] = t.Version
	}
	found, err := r.records(probes)
	if err != nil {
		return err
	}
	for n, k := range found {
		i := items[n]
		i.keys = k
		q.of(i.client)
		q.exact[i.client][k.exact] = append(q.exact[i.client][k.exact], i)
		if k.loose != "" {
			q.loose[i.client][k.loose] = append(q.loose[i.client][k.loose], i)
			q.similar[i.client][k.similar] = append(q.similar[i.client][k.similar], i)
		}
	}
	return nil
}

// probe is an entry that is rendered to find its keys.
type probe struct {
	header nacha.BatchHeader
	entry  nacha.Entry
}

// probe returns an item's entry with its account number opened.
func (r Restore) probe(t *domain.Transaction, i *domain.Item) (probe, error) {
	sent := t.InRecordOf(i)
	entry, err := sent.EntryOf(i)
	if err == nil {
		_, err = r.Ledger.Reveal(&sent, i, &entry)
	}
	return probe{entry.Header, entry.Entry}, err
}

// records renders entries as the cut would, reads the records back and returns
// their keys by index. It leaves out an entry that fits no file: that entry
// never left.
func (r Restore) records(probes []probe) (map[int]keys, error) {
	found := map[int]keys{}
	for from := 0; from < len(probes); from += chunk {
		some := probes[from:min(from+chunk, len(probes))]
		if r.recordsOf(some, from, found) == nil {
			continue
		}
		for n := range some { // render them one by one: one of them is at fault
			_ = r.recordsOf(some[n:n+1], from+n, found)
		}
	}
	return found, nil
}

func (r Restore) recordsOf(probes []probe, from int, found map[int]keys) error {
	f := nacha.File{Header: nacha.FileHeader{
		ImmediateDestination: r.ODFI, ImmediateDestinationName: "PROBE", ImmediateOrigin: r.ODFI, ImmediateOriginName: "PROBE",
		CreatedOn: "260101", CreatedAt: "0000", Modifier: "A",
	}}
	for n, p := range probes {
		code := nacha.TransactionCode(p.entry.Code)
		p.entry.Trace = fmt.Sprintf("%s%07d", r.ODFI[:8], n+1)
		p.header.ServiceClass, p.header.Number = nacha.ServiceClass(code.Debit(), code.Credit()), n+1
		p.header.EffectiveOn = cmp.Or(p.header.EffectiveOn, "260102")
		f.Batches = append(f.Batches, nacha.Batch{Header: p.header, Entries: []nacha.Entry{p.entry}})
	}
	content, err := nacha.Render(f, "\n")
	if err != nil {
		return err
	}
	var header string
	var h nacha.BatchHeader
	_, err = nacha.Scan(bytes.NewReader(content), nacha.Handler{
		Batch: func(r *nacha.ScannedBatch) error {
			header, h = r.Raw, r.Header
			return nil
		},
		Entry: func(e *nacha.ScannedEntry) error {
			found[from+e.Batch-1] = keysOf(header, &h, e)
			return nil
		},
	})
	return err
}
