package projections

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// payroll writes n originations and cuts them into files: 2n events and a
// few. It asks for no versions, which would take longer than writing.
func (w *world) payroll(client string, n int, cut bool) {
	const each = 500
	sealed := make([]byte, 48)
	for done := 0; done < n; done += each {
		w.now = w.now.Add(time.Second)
		items := make([]testItem, 0, each)
		changes := make([]ledger.Change, 0, each)
		for range min(each, n-done) {
			i, o := w.origination(client, func(o *domain.TransactionOriginated) {
				o.Account.Sealed, o.Content = sealed, sealed[:32]
				o.Account.Fingerprint = "k7J8mQ2xT5vB9nW3pL6sR1dF4gH0jZyC"
				o.Proposal.Description, o.Proposal.ToID = "Dues November", "member-000123"
				o.Proposal.FromName = "HARBOR GYM"
			})
			i.transaction = fmt.Sprintf("0193a1b2-7c3d-7e4f-8a5b-%012d", w.serial)
			i.item = fmt.Sprintf("0193a1b2-7c3d-7e4f-9a5b-%012d", w.serial)
			o.TransactionID, o.ItemID = i.transaction, i.item
			items = append(items, i)
			changes = append(changes, about(i, o))
		}
		_, err := w.ledger.Write(w.ctx, changes...)
		w.must(err)
		if !cut {
			continue
		}
		f := w.openFile(client, "entries")
		filled := domain.FileFilled{Count: len(items), Batches: []domain.FileBatch{{BatchHeader: nacha.BatchHeader{
			Number: 1, SEC: "PPD", CompanyName: "HARBOR GYM", CompanyID: "1840000017", EffectiveOn: "261124"}}}}
		changes = append(changes[:0], ledger.Change{Stream: domain.FileStream(f.id), Client: client, Expect: 1, Events: []domain.Event{filled}})
		for n, i := range items {
			c := about(i, domain.TransactionFiled{ItemID: i.item, File: f.id, Batch: 1, Trace: fmt.Sprintf("23138010%07d", n+1)})
			c.Expect = 1
			changes = append(changes, c)
		}
		_, err = w.ledger.Write(w.ctx, changes...)
		w.must(err)
		w.deliver(f)
	}
}

// BenchmarkRebuild fills a generation from a log of originations that left in
// files, and reports events a second.
func BenchmarkRebuild(b *testing.B) {
	w := newWorld(b)
	w.openClient("gym", ours)
	w.payroll("gym", 100_000, true)
	v := w.open(Options{})
	head, err := w.store.Head(w.ctx)
	w.must(err)
	for b.Loop() {
		w.must(rebuild(w.ctx, v.database.Load().writer, w.store, silent, nil))
	}
	b.ReportMetric(float64(head.Position)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkLive projects originations with every index in order, in batches
// as they come under load, and reports events a second.
func BenchmarkLive(b *testing.B) {
	for _, kind := range []struct {
		name string
		cut  bool
	}{{"originations", false}, {"originations and cuts", true}} {
		b.Run(kind.name, func(b *testing.B) {
			w := newWorld(b)
			w.openClient("gym", ours)
			v := w.caughtUp(Options{BatchSize: 500})
			n, used := 0, time.Duration(0)
			for b.Loop() {
				b.StopTimer()
				w.payroll("gym", 15_000, kind.cut)
				head, err := w.store.Head(w.ctx)
				w.must(err)
				before := v.Position()
				n += int(head.Position - before)
				used -= cpu(w)
				b.StartTimer()
				w.must(v.CatchUp(w.ctx))
				used += cpu(w)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(used.Nanoseconds())/1000/float64(n), "cpu-µs/event")
		})
	}
}

// cpu is the processor time this process has used.
func cpu(w *world) time.Duration {
	var u syscall.Rusage
	w.must(syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPage asks for pages of 100 deep in a day of 100,000 items.
func BenchmarkPage(b *testing.B) {
	w := newWorld(b)
	w.openClient("gym", ours)
	w.payroll("gym", 100_000, true)
	v := w.caughtUp(Options{})
	for name, f := range everyFilter("gym") {
		f.Limit = 70_000
		_, next, err := v.Items(w.ctx, f)
		w.must(err)
		if next == "" {
			continue
		}
		f.Limit, f.Cursor = 100, next
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if items, _, err := v.Items(w.ctx, f); len(items) != 100 || err != nil {
					b.Fatal(len(items), err)
				}
			}
		})
	}
	b.Run("queues", func(b *testing.B) {
		for b.Loop() {
			if _, err := v.Queues(w.ctx, w.now); err != nil {
				b.Fatal(err)
			}
		}
	})
}
