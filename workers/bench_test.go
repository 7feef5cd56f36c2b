package workers

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/moov-io/ach"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// pile originates n entries as the bulk endpoint would, many an append.
func (b *bank) pile(n int) {
	b.t.Helper()
	const portion = 1000
	for done := 0; done < n; {
		var changes []ledger.Change
		for i := done; i < min(n, done+portion); i++ {
			id := uuid.Must(uuid.NewV7()).String()
			number := fmt.Sprintf("77%08d", i)
			account, err := b.SealAccountIn(domain.TransactionStream(gym, id), gym, theirBank, number, domain.Checking)
			must(b.t, err)
			p := pull(i)
			content, err := ledger.OrderContent(p, number)
			must(b.t, err)
			p.FromRouting, p.CompanyID = ourBank, "1840000017"
			mac, err := b.Keys.MAC(gym, content)
			must(b.t, err)
			changes = append(changes, ledger.Change{Stream: domain.TransactionStream(gym, id), Client: gym, Events: []domain.Event{
				domain.TransactionOriginated{TransactionID: id, ItemID: itemOf(id), Proposal: p, Account: account, CompanyName: "HARBOR GYM", Content: mac},
			}})
		}
		_, err := b.Write(context.Background(), changes...)
		must(b.t, err)
		done += len(changes)
	}
	must(b.t, b.views.CatchUp(context.Background()))
}

// moov builds and writes the same entries with moov-io/ach alone.
func moov(b *testing.B, n int) (size int) {
	file := ach.NewFile()
	header := ach.NewFileHeader()
	header.ImmediateDestination, header.ImmediateOrigin = "061000146", ourBank
	header.FileCreationDate, header.FileCreationTime, header.FileIDModifier = "261120", "1430", "A"
	file.SetHeader(header)
	h := ach.NewBatchHeader()
	h.ServiceClassCode, h.CompanyName, h.CompanyIdentification = ach.DebitsOnly, "HARBOR GYM", "1840000017"
	h.StandardEntryClassCode, h.CompanyEntryDescription, h.EffectiveEntryDate, h.ODFIIdentification = "PPD", "DUES NOV", "261123", ourBank[:8]
	batch, err := ach.NewBatch(h)
	must(b, err)
	for i := range n {
		e := ach.NewEntryDetail()
		e.TransactionCode, e.DFIAccountNumber, e.Amount = ach.CheckingDebit, fmt.Sprintf("77%08d", i), 1025
		e.IndividualName, e.IdentificationNumber = fmt.Sprintf("TEST PERSON %02d", i), fmt.Sprintf("MBR-%05d", i)
		e.SetRDFI(theirBank)
		e.SetTraceNumber(ourBank[:8], i+1)
		batch.AddEntry(e)
	}
	must(b, batch.Create())
	file.AddBatch(batch)
	must(b, file.Create())
	var out bytes.Buffer
	must(b, ach.NewWriter(&out).Write(file))
	must(b, os.WriteFile(b.TempDir()+"/moov.ach", out.Bytes(), 0o600))
	return out.Len()
}

// BenchmarkCut cuts 100,000 waiting entries to a checked file in the outbox
// and reports how many times longer that takes than moov-io/ach takes to
// build and write the same entries, and the most memory the process had.
func BenchmarkCut(b *testing.B) {
	const n = 100_000
	for b.Loop() {
		b.StopTimer()
		began, cpu := time.Now(), processor()
		moov(b, n)
		alone, aloneCPU := time.Since(began), processor()-cpu
		bank := openBank(b)
		bank.pile(n)
		bank.clock.Set(at("2026-11-20 14:30"))
		debug.FreeOSMemory()
		resetPeak()
		b.StartTimer()
		began, cpu = time.Now(), processor()
		must(b, bank.batcher.cutDue(context.Background()))
		cut := time.Since(began)
		must(b, bank.delivery.Deliver(context.Background(), <-bank.delivery.justCut))
		whole, wholeCPU := time.Since(began), processor()-cpu
		b.StopTimer()
		if len(bank.sent()) != 1 {
			b.Fatal("no file was delivered")
		}
		b.ReportMetric(alone.Seconds(), "moov-s")
		b.ReportMetric(cut.Seconds(), "cut-s")
		b.ReportMetric(whole.Seconds(), "whole-s")
		b.ReportMetric(whole.Seconds()/alone.Seconds(), "x-moov")
		b.ReportMetric(wholeCPU.Seconds()/aloneCPU.Seconds(), "x-moov-cpu")
		b.ReportMetric(peak(b), "peak-MiB")
		bank.close()
		b.StartTimer()
	}
}

// BenchmarkRender renders a cut file of 20,000 entries and reads it back, and
// reports the processor time for an entry.
func BenchmarkRender(b *testing.B) {
	const n = 20_000
	bank := openBank(b)
	bank.pile(n)
	bank.clock.Set(at("2026-11-20 14:30"))
	must(b, bank.batcher.cutDue(b.Context()))
	file, err := bank.Ledger.File(b.Context(), <-bank.delivery.justCut)
	must(b, err)
	cpu := processor()
	for b.Loop() {
		_, err := renderVerified(b.Context(), bank.Ledger, file)
		must(b, err)
	}
	b.ReportMetric(float64((processor()-cpu).Nanoseconds())/float64(b.N*n), "cpu-ns/entry")
}

// processor is the time this process spent computing, which other processes
// of the machine do not lengthen.
func processor() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// resetPeak lets the kernel forget the most memory the process had so far.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

func peak(b *testing.B) float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			var kib float64
			_, err := fmt.Sscan(rest, &kib)
			must(b, err)
			return kib / 1024
		}
	}
	return 0
}
