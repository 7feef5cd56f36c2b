package projections

import (
	"fmt"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

// BenchmarkMillion asks for a page of 100 of every list of transactions, of a
// million of which 20,000 wait and one in 20,000 was rejected, recalled, held
// or returned. It takes minutes to fill the log: -benchtime 20x.
func BenchmarkMillion(b *testing.B) {
	w := newWorld(b)
	w.openClient("gym", ours)
	w.openClient("spa", ours)
	const rounds, each = 49, 20_000
	for n := range rounds {
		w.payroll([]string{"gym", "gym", "gym", "spa"}[n%4], each, true)
		w.rare("gym")
	}
	w.payroll("gym", each, false)
	v := w.caughtUp(Options{})
	day := w.now.Format("2006-01-02")
	for _, client := range []string{"", "gym"} {
		for _, status := range []string{"", Pending, Released, Transmitted, Rejected, Recalled, Returned} {
			for _, days := range []string{"", day} {
				f := TransactionFilter{Client: client, Status: status, FromDay: days, ToDay: days, Limit: 100}
				b.Run(fmt.Sprintf("client=%s status=%s day=%s", client, status, days), func(b *testing.B) {
					rows := 0
					for b.Loop() {
						list, _, err := v.Transactions(w.ctx, f)
						w.must(err)
						rows = len(list)
					}
					b.ReportMetric(float64(rows), "rows")
				})
			}
		}
	}
}

// rare writes a transaction of each kind of which there are few.
func (w *world) rare(client string) {
	for _, event := range []func(testItem) domain.Event{
		func(i testItem) domain.Event { return domain.TransactionRejected{ItemID: i.item, Reason: "no"} },
		func(i testItem) domain.Event { return domain.TransactionRecalled{ItemID: i.item, Reason: "no"} },
		func(i testItem) domain.Event { return domain.TransactionHeld{ItemID: i.item, Reason: "a look at it"} },
	} {
		i, o := w.origination(client)
		w.append(about(i, o, event(i)))
	}
	i, o := w.origination(client)
	f := w.openFile(client, "entries")
	w.append(about(i, o))
	w.fill(f, []testItem{i})
	w.deliver(f)
	in := incoming(w.id("item"), i.item)
	in.Entry.Return = &nacha.Return{Code: "R01"}
	w.append(about(i, domain.TransactionReturned{Incoming: in}))
}
