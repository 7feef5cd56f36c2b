package inbound

import (
	"fmt"
	"io"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// sentMany writes the events of n originations, and of the cut and delivery of
// one file with them. The entries are debits of a dollar; their traces count
// from 1.
func (w *world) sentMany(n int) {
	w.t.Helper()
	const page = 400
	batch := domain.FileBatch{BatchHeader: nacha.BatchHeader{
		Number: 1, ServiceClass: nacha.DebitClass, CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: "PPD",
		Description: "DUES NOV", EffectiveOn: "261123", OriginatorStatus: "1", ODFI: ourBank[:8],
	}}
	file := func(expect int64, events ...domain.Event) ledger.Change {
		return ledger.Change{Stream: domain.FileStream("many"), Client: gym, Expect: expect, Events: events}
	}
	w.write(file(0, domain.FileOpened{FileID: "many", Client: gym, ODFI: ourBank, Method: domain.ToOutbox}))
	version := int64(1)
	for first := 0; first < n; first += page {
		filled := domain.FileFilled{Count: 2 * min(page, n-first)}
		if first == 0 {
			filled.Batches = []domain.FileBatch{batch}
		}
		changes := []ledger.Change{file(version, filled), {
			Stream: domain.TraceStream(ourBank[:8]), Client: domain.LedgerClient, Expect: version - 1,
			Events: []domain.Event{domain.TracesTaken{First: first + 1, Last: first + page, On: "2026-11-20"}},
		}}
		version++
		for i := first; i < min(first+page, n); i++ {
			id := manyID(i)
			account, err := w.SealAccountIn(domain.TransactionStream(gym, id), gym, theirBank, manyAccount(i), domain.Checking)
			must(w.t, err)
			changes = append(changes, ledger.Change{Stream: domain.TransactionStream(gym, id), Client: gym, Events: []domain.Event{
				domain.TransactionOriginated{
					TransactionID: id, ItemID: "item-" + id, Account: account, CompanyName: "HARBOR GYM", InFile: "many",
					Proposal: domain.Proposal{
						SEC: "PPD", PushPull: domain.Pull, FromRouting: ourBank, ToRouting: theirBank, ToAccountType: domain.Checking,
						ToName: "TEST PERSON", Description: "DUES NOV", CompanyID: "1840000017", AmountCents: 100,
					},
				},
				domain.TransactionFiled{ItemID: "item-" + id, File: "many", Batch: 1, Trace: fmt.Sprintf("%s%07d", ourBank[:8], i+1)},
			}})
		}
		w.write(changes...)
	}
	w.write(file(version, domain.FileCut{CreatedOn: "261120", CreatedAt: "1430", Modifier: "A", Totals: nacha.Totals{Batches: 1, Entries: n}},
		domain.FileDelivered{}))
	w.clock.Set(at("2026-11-24 09:00"))
}

func manyID(i int) string      { return fmt.Sprintf("00000000-0000-7000-8000-%012d", i) }
func manyAccount(i int) string { return fmt.Sprintf("77%08d", i) }

// returnMany writes a file of the bank that returns n entries of sentMany.
func returnMany(t testing.TB, out io.Writer, n int) {
	t.Helper()
	w, err := nacha.NewWriter(out, fileHeader("0700"), "\n")
	must(t, err)
	must(t, w.Begin(nacha.BatchHeader{
		ServiceClass: nacha.DebitClass, CompanyName: "HARBOR GYM", CompanyID: "1840000017", SEC: "PPD", Description: "DUES NOV",
		EffectiveOn: "261123", SettlementDay: "328", OriginatorStatus: "1", ODFI: theirBank[:8], Number: 1,
	}))
	for i := range n {
		must(t, w.Entry(&nacha.Entry{
			Code: 26, Routing: ourBank, Account: manyAccount(i), AmountCents: 100, Name: "TEST PERSON",
			Trace:  fmt.Sprintf("%s%07d", theirBank[:8], i+1),
			Return: &nacha.Return{Code: "R01", OriginalTrace: fmt.Sprintf("%s%07d", ourBank[:8], i+1), OriginalRouting: theirBank[:8]},
		}))
	}
	must(t, w.End())
	_, err = w.Close()
	must(t, err)
}

// creditMany writes a file of the bank with n payments in batches of size.
func creditMany(t testing.TB, out io.Writer, n, size int) {
	t.Helper()
	w, err := nacha.NewWriter(out, fileHeader("0700"), "\n")
	must(t, err)
	header := credits().Header
	for i := range n {
		if i%size == 0 {
			if i > 0 {
				must(t, w.End())
			}
			header.Number++
			must(t, w.Begin(header))
		}
		must(t, w.Entry(&nacha.Entry{
			Code: 22, Routing: ourBank, Account: fmt.Sprintf("400%08d", i), AmountCents: 100, Name: "ADA EXAMPLE",
			Trace: fmt.Sprintf("%s%07d", theirBank[:8], i+1),
		}))
	}
	must(t, w.End())
	_, err = w.Close()
	must(t, err)
}
