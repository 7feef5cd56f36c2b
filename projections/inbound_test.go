package projections

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// came writes that a file of the bank was received.
func (w *world) came(id, modifier string, more ...domain.Event) {
	w.t.Helper()
	w.inbound(id, append([]domain.Event{domain.InboundReceived{
		InboundID: id, Name: id + ".ach", Source: "inbox",
		Header: nacha.FileHeader{ImmediateOrigin: theirs, CreatedOn: "261123", CreatedAt: "0612", Modifier: modifier},
		Totals: nacha.Totals{Batches: 2, Entries: 3, DebitCents: 100, CreditCents: 200},
	}}, more...)...)
}

func (w *world) inbound(id string, events ...domain.Event) {
	w.t.Helper()
	w.append(ledger.Change{Stream: domain.InboundStream(id), Client: domain.LedgerClient, Events: events})
}

func TestTheLifeOfAFileOfTheBank(t *testing.T) {
	w := newWorld(t)
	reasons := []nacha.Problem{{Line: 8, Scope: nacha.InBatch, Code: "entry-hash", Message: "says 1, the entries make 2"}}
	w.came("a", "A")
	w.came("b", "A", domain.InboundQuarantined{Batches: []int{2}, Reasons: reasons}, domain.InboundKeyReused{Other: "a"})
	w.came("c", "C", domain.InboundQuarantined{Reasons: reasons})
	v := w.caughtUp(Options{})
	for id, want := range map[string]string{"a": InboundReceived, "b": InboundReceived, "c": InboundQuarantined} {
		if f, ok, err := v.FindInbound(w.ctx, id); err != nil || !ok || f.State != want || f.Name != id+".ach" {
			t.Errorf("%s: %+v, %v", id, f, err)
		}
	}
	unfinished, err := v.UnfinishedInbound(w.ctx)
	w.must(err)
	if len(unfinished) != 2 || unfinished[0].ID != "a" || unfinished[1].ID != "b" {
		t.Errorf("unfinished %+v", unfinished)
	}

	w.inbound("a", domain.InboundApplied{Applied: 3})
	w.inbound("b", domain.InboundApplied{Applied: 1, Unmatched: 1, Skipped: 1}, domain.InboundRepeated{Name: "other"})
	w.must(v.CatchUp(w.ctx))
	b, _, err := v.FindInbound(w.ctx, "b")
	w.must(err)
	want := Inbound{
		ID: "b", Name: "b.ach", Source: "inbox", HeaderKey: theirs + "/261123/0612/A", State: InboundPartlyQuarantined,
		ReceivedAt: b.ReceivedAt, Batches: 2, Entries: 3, DebitCents: 100, CreditCents: 200, BadBatches: 1,
		Applied: 1, Unmatched: 1, Skipped: 1, Repeats: 1, KeyOwner: "a", Reasons: reasons, Position: b.Position,
	}
	if !reflect.DeepEqual(b, want) || b.ReceivedAt.IsZero() {
		t.Errorf("got\n%+v\nwant\n%+v", b, want)
	}
	same, err := v.InboundByKey(w.ctx, want.HeaderKey)
	w.must(err)
	if len(same) != 2 || same[0].ID != "a" {
		t.Errorf("under the same key: %+v", same)
	}
	w.likeNew(v)
}

// likeNew fails the test unless a rebuild makes the same rows.
func (w *world) likeNew(v *Views) {
	w.t.Helper()
	first, n, err := v.Compare(w.ctx, nil)
	w.must(err)
	if n != 0 {
		w.t.Errorf("%d rows differ from the log: %+v", n, first)
	}
}

func TestFilesOfTheBankPageByPage(t *testing.T) {
	w := newWorld(t)
	for i := range 7 {
		w.came(fmt.Sprintf("f%d", i), "A")
		if i%2 == 0 {
			w.inbound(fmt.Sprintf("f%d", i), domain.InboundApplied{})
		}
	}
	v := w.caughtUp(Options{})
	for state, want := range map[string]string{"": "f6 f5 f4 f3 f2 f1 f0", InboundApplied: "f6 f4 f2 f0", InboundReceived: "f5 f3 f1"} {
		for limit := range 4 {
			var got []string
			f := InboundFilter{State: state, Limit: limit}
			for {
				page, next, err := v.InboundFiles(w.ctx, f)
				w.must(err)
				if limit > 0 && len(page) > limit {
					t.Errorf("%d rows on a page of %d", len(page), limit)
				}
				for _, file := range page {
					got = append(got, file.ID)
				}
				if f.Cursor = next; next == "" {
					break
				}
			}
			if strings.Join(got, " ") != want {
				t.Errorf("state %q by %d: %v", state, limit, got)
			}
		}
	}
	_, next, err := v.InboundFiles(w.ctx, InboundFilter{Limit: 1})
	w.must(err)
	if _, _, err := v.InboundFiles(w.ctx, InboundFilter{State: InboundApplied, Limit: 1, Cursor: next}); err != ErrCursor {
		t.Errorf("a cursor of another filter: %v", err)
	}
}

func TestWhereEntriesAreAndUnderWhichTraceTheyLeft(t *testing.T) {
	w := newWorld(t)
	w.openClient("gym", ours)
	i := w.originate("gym")
	w.cutAndDeliver(i)
	w.came("f", "A")
	entry, waits := "5f0c1d70-0000-8000-8000-000000000001", "5f0c1d70-0000-8000-8000-000000000002"
	w.append(about(i, domain.TransactionReturned{Incoming: domain.Incoming{
		ItemID: entry, ReplyTo: i.item, Inbound: "f", SettledOn: "2026-11-25",
		Entry: nacha.Entry{Code: 26, Routing: ours, AmountCents: 1234, Return: &nacha.Return{Code: "R01"}},
	}}))
	w.queue("f", waits, func(q *domain.EntryQueued) {})
	v := w.caughtUp(Options{})

	places, err := v.Places(w.ctx, []string{entry, waits, "5f0c1d70-0000-8000-8000-000000000003"})
	w.must(err)
	if !reflect.DeepEqual(places, map[string]EntryPlace{entry: {"f", false}, waits: {"f", true}}) {
		t.Errorf("places %+v", places)
	}
	trace := ours[:8] + "0000001"
	found, err := v.FiledUnder(w.ctx, []string{trace, "123456780000001", trace})
	w.must(err)
	if got := found[trace]; len(got) != 1 || got[0] != (FiledItem{"gym", i.transaction, i.item, domain.Origination, trace}) || len(found["123456780000001"]) != 0 {
		t.Errorf("found %+v", found)
	}
	w.append(about(i, domain.TransactionReleasedFromFile{ItemID: i.item}))
	w.must(v.CatchUp(w.ctx))
	if found, err = v.FiledUnder(w.ctx, []string{trace}); err != nil || len(found[trace]) != 0 {
		t.Errorf("after the file was refused: %+v, %v", found, err)
	}
	w.likeNew(v)
}

func TestReceiversAndWhenTheyChanged(t *testing.T) {
	w := newWorld(t)
	v := w.caughtUp(Options{})
	last := int64(-1)
	for step, change := range []func(){
		func() {},
		func() { w.openClient("gym", ours) },
		func() {
			w.append(ledger.Change{Stream: domain.ClientStream("gym"), Client: "gym", Events: []domain.Event{domain.ClientSuspended{}}})
		},
		func() {
			w.append(ledger.Change{Stream: domain.BankStream("091400606"), Client: domain.LedgerClient, Events: []domain.Event{domain.BankConfigured{Routing: "091400606"}}})
		},
	} {
		change()
		w.must(v.CatchUp(w.ctx))
		r, err := v.Receivers(w.ctx)
		w.must(err)
		changed, err := v.SettingsChanged(w.ctx)
		w.must(err)
		if changed != r.Position || changed <= last {
			t.Errorf("step %d: changed at %d, the list is of %d, before %d", step, changed, r.Position, last)
		}
		last = changed
	}
	r, err := v.Receivers(w.ctx)
	w.must(err)
	if !reflect.DeepEqual(r.Clients, []string{"gym"}) || !reflect.DeepEqual(r.Banks, []string{"091400606"}) {
		t.Errorf("receivers %+v", r)
	}
	// An origination changes nobody's settings.
	w.originate("gym")
	w.must(v.CatchUp(w.ctx))
	if changed, err := v.SettingsChanged(w.ctx); err != nil || changed != last {
		t.Errorf("changed at %d, before %d, %v", changed, last, err)
	}
}

// queue writes that an entry waits.
func (w *world) queue(inbound, id string, change func(*domain.EntryQueued)) {
	w.t.Helper()
	q := domain.EntryQueued{
		EntryID: id, Inbound: inbound, Line: 3, SettledOn: "2026-11-23", Reason: "unknown-account", Message: "Nobody's.",
		Header:  nacha.BatchHeader{SEC: "PPD", CompanyName: "ORCHARD FOODS", ODFI: "12104288"},
		Entry:   nacha.Entry{Code: 22, Routing: ours, AmountCents: 500, Name: "ADA", Trace: "121042880000001"},
		Account: domain.Account{Tail: "5678"}, ReturnBy: time.Date(2026, 11, 25, 7, 15, 0, 0, time.UTC),
	}
	change(&q)
	w.append(ledger.Change{Stream: domain.UnmatchedStream(id), Client: domain.LedgerClient, Events: []domain.Event{q}})
}
