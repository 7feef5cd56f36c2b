package workers

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/projections"
)

// bounded gives a client limits and a batching under which nothing is cut but
// at the windows.
func bounded(limits ...guard.Limit) func(*domain.Settings) {
	return func(s *domain.Settings) { s.Limits = limits }
}

// daily is a limit of debits per settlement date.
func daily(cents int64) guard.Limit {
	return guard.Limit{Direction: guard.Debit, Per: guard.PerSettlementDate, Cents: cents, Action: guard.Hold}
}

func (b *bank) approve(client, id string) {
	b.t.Helper()
	_, err := ledger.Execute(context.Background(), b.Ledger, ledger.TransactionStream(client, id), domain.Approve{ItemID: itemOf(id)}.Decide)
	must(b.t, err)
}

// stands fails the test unless the originations are in these states.
func (b *bank) stands(want map[string]domain.State) {
	b.t.Helper()
	for id, state := range want {
		if got := b.item(gym, id); got.State != state {
			b.t.Errorf("%d cents: %s (%s), want %s", got.AmountCents, got.State, got.Reason, state)
		}
	}
}

func TestWhatWouldPassTheLimitWaitsAndTheRestLeavesOverTwoFilesAndARestart(t *testing.T) {
	b := openBank(t, bounded(daily(1000_00)))
	wednesday := b.post(gym, pull(1, cents(900_00), on("2026-11-25")))
	first := b.post(gym, pull(2, cents(600_00), on("2026-11-24")))
	b.sweepAt("2026-11-23 10:15")
	second := b.post(gym, pull(3, cents(300_00), on("2026-11-24")))
	third := b.post(gym, pull(4, cents(200_00), on("2026-11-24")))
	b.restart()
	b.sweepAt("2026-11-23 14:30")
	b.stands(map[string]domain.State{wednesday: domain.Pending, first: domain.Filed, second: domain.Filed, third: domain.Held})
	if b.item(gym, first).Filing.File == b.item(gym, second).Filing.File {
		t.Error("both left in one file")
	}
	by := b.item(gym, third).HeldBy
	if by == nil || *by != (guard.HeldBy{Rule: "limits/debit/settlement_date", Saw: "1100.00", Limit: "1000.00", AtDeadline: "keep", Deadline: "2026-11-24T03:30:00Z"}) {
		t.Errorf("held by %+v", by)
	}
	b.approve(gym, third)
	b.sweepAt("2026-11-23 16:30")
	b.sweepAt("2026-11-24 10:15")
	b.stands(map[string]domain.State{wednesday: domain.Filed, third: domain.Filed})
}

func TestARecalledEntryMakesRoomForTheNextOneAndReleasesNothing(t *testing.T) {
	b := openBank(t, bounded(daily(1000_00)))
	first := b.post(gym, pull(1, cents(600_00)))
	second := b.post(gym, pull(2, cents(500_00)))
	must(t, b.batcher.Sweep(t.Context()))
	b.stands(map[string]domain.State{first: domain.Pending, second: domain.Held})
	must(t, b.recall(gym, first))
	third := b.post(gym, pull(3, cents(1000_00)))
	fourth := b.post(gym, pull(4, cents(1)))
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{first: domain.Recalled, second: domain.Held, third: domain.Filed, fourth: domain.Held})
}

func TestAnEntryIsHeldThatTheCutMovesToAFullDayAndTheRestGoesOn(t *testing.T) {
	b := openBank(t, bounded(daily(1000_00)))
	late := b.post(gym, pull(1, cents(600_00), on("2026-11-23"))) // Monday, whose deadline passes
	small := b.post(gym, pull(2, cents(100_00), on("2026-11-23")))
	full := b.post(gym, pull(3, cents(900_00), on("2026-11-24")))
	must(t, b.batcher.Sweep(t.Context()))
	b.stands(map[string]domain.State{late: domain.Pending, small: domain.Pending, full: domain.Pending})
	b.sweepAt("2026-11-23 10:15") // both are dated Tuesday now
	b.stands(map[string]domain.State{late: domain.Held, small: domain.Filed, full: domain.Filed})
	if by := b.item(gym, late).HeldBy; by == nil || by.Saw != "1500.00" {
		t.Errorf("held by %+v", by)
	}
}

func TestWhatACutMovesAwayFromADayIsInNobodysWayOnIt(t *testing.T) {
	b := openBank(t, bounded(daily(1000_00)))
	friday := b.post(gym, pull(1, cents(600_00), today))
	monday := b.post(gym, pull(2, cents(500_00), on("2026-11-23")))
	must(t, b.batcher.Sweep(t.Context()))
	b.sweepAt("2026-11-23 10:15") // the first is dated Monday now, the other Tuesday
	b.stands(map[string]domain.State{friday: domain.Filed, monday: domain.Filed})
}

func TestALimitThatIsLoweredHoldsWhatWaitsInTheOrderOfTheLog(t *testing.T) {
	b := openBank(t)
	first := b.post(gym, pull(1, cents(300_00)))
	second := b.post(gym, pull(2, cents(300_00)))
	third := b.post(gym, pull(3, cents(200_00)))
	must(t, b.batcher.Sweep(t.Context()))
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Settings.Limits = []guard.Limit{daily(500_00)} })
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{first: domain.Filed, second: domain.Held, third: domain.Filed})
}

func TestTheLimitOfAnODFICountsTheEntriesOfAllItsClients(t *testing.T) {
	b := openBank(t)
	b.client("other")
	_, err := ledger.Execute(t.Context(), b.Ledger, ledger.BankStream(ourBank), domain.ConfigureBank{
		Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.ToOutbox}, Rules: guard.Rules{Limits: []guard.Limit{daily(1000_00)}},
	}.Decide)
	must(t, err)
	b.post("other", pull(1, cents(700_00)))
	held := b.post(gym, pull(2, cents(400_00)))
	credit := b.post(gym, pull(3, push, cents(400_00)))
	var log bytes.Buffer
	b.guard.Log = slog.New(slog.NewTextHandler(&log, nil))
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{held: domain.Held, credit: domain.Filed})
	if by := b.item(gym, held).HeldBy; by == nil || by.Rule != "odfi/"+ourBank+"/limits/debit/settlement_date" {
		t.Errorf("held by %+v", by)
	}
	// The sum, less its own 400.00, would tell the client what the other one sent.
	events, err := b.Store.ReadStream(t.Context(), domain.TransactionStream(gym, held), 0)
	must(t, err)
	if last := string(events[len(events)-1].Data); !strings.Contains(last, "1000.00") || strings.Contains(last, "1100") {
		t.Errorf("the client reads %s", last)
	}
	if !strings.Contains(log.String(), "saw=1100.00") {
		t.Errorf("operations read %s", log.String())
	}
}

func TestALimitThatRejects(t *testing.T) {
	b := openBank(t, bounded(guard.Limit{Direction: guard.Debit, Per: guard.PerBankingDay, Count: 2, Action: guard.Reject}))
	ids := b.posts(gym, 3)
	zero := b.post(gym, pull(4, cents(0)))
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{ids[0]: domain.Filed, ids[1]: domain.Filed, ids[2]: domain.Rejected, zero: domain.Filed})
	later := b.post(gym, pull(5))
	b.restart()
	b.sweepAt("2026-11-20 16:30")
	b.stands(map[string]domain.State{later: domain.Rejected})
	b.clock.Set(at("2026-11-23 09:00"))
	monday := b.post(gym, pull(6))
	b.sweepAt("2026-11-23 10:15")
	b.stands(map[string]domain.State{monday: domain.Filed})
}

func TestWhatIsReleasedFromAFileCountsForTheDayItWillSettleOn(t *testing.T) {
	b := openBank(t, bounded(daily(1000_00)))
	first := b.post(gym, pull(1, cents(600_00)))
	b.clock.Set(at("2026-11-20 14:30"))
	must(t, b.batcher.cutAll(t.Context())) // and delivers nothing
	file := b.item(gym, first).Filing.File
	must(t, b.files.Release(t.Context(), file, domain.ReleaseFile{Reason: "wrong", Then: domain.ThenWait}))
	second := b.post(gym, pull(2, cents(500_00)))
	third := b.post(gym, pull(3, cents(400_00)))
	b.sweepAt("2026-11-20 16:30")
	b.stands(map[string]domain.State{first: domain.Filed, second: domain.Held, third: domain.Filed})
}

func TestAtItsLastWindowAHeldEntryDoesWhatItsRuleSays(t *testing.T) {
	strict := daily(1000_00)
	strict.AtDeadline = guard.RejectDeadline
	b := openBank(t, bounded(strict, guard.Limit{Direction: guard.Credit, Per: guard.PerEntry, Cents: 1000_00, Action: guard.Hold}))
	b.clock.Set(at("2026-11-20 09:00"))
	rejected := b.post(gym, pull(1, cents(1000_01)))
	kept := b.post(gym, pull(2, push, cents(1000_01)))
	approved := b.post(gym, pull(3, cents(1000_02)))
	b.sweepAt("2026-11-20 16:30")
	b.approve(gym, approved)
	b.sweepAt("2026-11-20 22:30") // Friday's last window
	b.stands(map[string]domain.State{rejected: domain.Held, kept: domain.Held, approved: domain.Filed})
	b.sweepAt("2026-11-20 22:31")
	b.stands(map[string]domain.State{rejected: domain.Rejected, kept: domain.Held})
	if got, want := b.item(gym, rejected).Reason, "nobody approved it before its last window, 2026-11-20 22:30 New York time: "+
		"the limit of $1000.00 for debits settling on one day, 2026-11-23: with this entry it would be $1000.01"; got != want {
		t.Errorf("rejected because %q, want %q", got, want)
	}
	b.approve(gym, kept)
	b.sweepAt("2026-11-23 10:15")
	b.stands(map[string]domain.State{kept: domain.Filed})
}

func TestExposureSaysWhatIsUsedOnEachDay(t *testing.T) {
	b := openBank(t, bounded(daily(1000_00), guard.Limit{Direction: guard.Debit, Per: guard.PerBankingDays, Days: 2, Count: 9, Action: guard.Hold}))
	b.post(gym, pull(1, cents(600_00)))
	b.sweepAt("2026-11-20 14:30") // filed for Monday
	b.post(gym, pull(2, cents(300_00)))
	b.post(gym, pull(3, cents(200_00))) // held
	b.post(gym, pull(4, cents(50_00), on("2026-11-24")))
	b.restart()
	must(t, b.views.CatchUp(t.Context()))
	lines, err := b.guard.Exposure(t.Context(), calendar.NewDate(2026, time.November, 20))
	must(t, err)
	var got []string
	for _, l := range lines {
		got = append(got, fmt.Sprint(l.Rule, " ", l.Day, " ", guard.Dollars(l.Used.Cents), " ", l.Used.Count))
	}
	want := []string{
		"limits/debit/settlement_date 2026-11-23 900.00 2", "limits/debit/settlement_date 2026-11-24 50.00 1",
		"limits/debit/banking_days/2 2026-11-23 950.00 3", "limits/debit/banking_days/2 2026-11-24 950.00 3",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	must(t, b.views.CatchUp(t.Context()))
	held, err := b.views.HeldByRules(t.Context(), gym)
	must(t, err)
	if len(held) != 1 || held[0].Rule != "limits/debit/settlement_date" || held[0].Sum != (guard.Sum{Cents: 200_00, Count: 1}) {
		t.Errorf("%+v", held)
	}
}

// uploadOf sends in a file of the client's with debits of some cents.
func (b *bank) uploadOf(cents ...int64) string {
	b.t.Helper()
	a, err := b.upload(rendered(b.t, payroll(len(cents), func(f *nacha.File) {
		f.Header.Modifier = string(rune('A' + b.uploaded))
		f.Batches = f.Batches[:1]
		for i := range f.Batches[0].Entries {
			f.Batches[0].Entries[i].Code, f.Batches[0].Entries[i].AmountCents = 27, cents[i]
		}
	})))
	b.uploaded++
	must(b.t, err)
	return a.FileID
}

// The operator settles Saturday's batch on Monday.
func TestABatchDatedADayOnWhichBanksAreClosedCountsForTheNextOne(t *testing.T) {
	b := openBank(t, bounded(daily(1000_00)))
	_, err := b.upload(rendered(t, payroll(1, func(f *nacha.File) {
		f.Batches = f.Batches[:1]
		f.Batches[0].Header.EffectiveOn = "261121"
		f.Batches[0].Entries[0].Code, f.Batches[0].Entries[0].AmountCents = 27, 600_00
	})))
	must(t, err)
	fits, not := b.post(gym, pull(1, cents(400_00), on("2026-11-23"))), b.post(gym, pull(2, cents(1), on("2026-11-23")))
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{fits: domain.Filed, not: domain.Held})
	b.restart()
	third := b.post(gym, pull(3, cents(1), on("2026-11-23")))
	b.sweepAt("2026-11-20 16:30")
	b.stands(map[string]domain.State{third: domain.Held})
}

func (b *bank) fileStands(id string, want domain.FileState) domain.File {
	b.t.Helper()
	f, err := b.File(b.t.Context(), id)
	must(b.t, err)
	if f.State != want {
		b.t.Errorf("file is %s (%s), want %s", f.State, f.Note, want)
	}
	return f
}

func TestAClientsOwnFileIsJudgedWholeBeforeItIsRendered(t *testing.T) {
	b := openBank(t, bounded(daily(1000_00)))
	first := b.uploadOf(300_00, 300_00)
	must(t, b.batcher.Sweep(t.Context()))
	b.fileStands(first, domain.FileIsDelivered)
	second := b.uploadOf(200_00, 201_00)
	must(t, b.batcher.Sweep(t.Context()))
	f := b.fileStands(second, domain.FileIsHeld)
	if f.HeldBy == nil || f.HeldBy.Saw != "1001.00" || f.HeldBy.Rule != "limits/debit/settlement_date" || f.HeldBy.Deadline == "" {
		t.Errorf("held by %+v", f.HeldBy)
	}
	if _, err := b.files.Bytes(t.Context(), second); domain.CodeOf(err) != domain.HeldForPerson {
		t.Errorf("its bytes are given out: %v", err)
	}
	if w := b.waitsFor(projections.WaitsHeldFile); w.Count != 1 || w.Cents != 401_00 || !w.Oldest.Equal(f.CutAt) || !w.Deadline.Equal(f.SendBy) {
		t.Errorf("the queue has %+v", w)
	}
	third := b.post(gym, pull(9, cents(1))) // a held file counts until it is rejected
	must(t, b.batcher.Sweep(t.Context()))
	b.stands(map[string]domain.State{third: domain.Held})

	b.approveFile(second)
	b.restart()
	must(t, b.batcher.Sweep(t.Context()))
	b.fileStands(second, domain.FileIsDelivered)
	if w := b.waitsFor(projections.WaitsHeldFile); w.Count != 0 {
		t.Errorf("the queue has %+v", w)
	}
}

// waitsFor is how much of a kind waits for a person.
func (b *bank) waitsFor(kind string) (sum projections.Waits) {
	b.t.Helper()
	must(b.t, b.views.CatchUp(b.t.Context()))
	all, err := b.views.Waits(b.t.Context(), b.clock.Now())
	must(b.t, err)
	for _, w := range all {
		if w.What == kind {
			sum = w
		}
	}
	return sum
}

func TestAFileThatTwoRulesHoldLeavesWhenBothAreOverruled(t *testing.T) {
	b := openBank(t, bounded(daily(1000_00), guard.Limit{Direction: guard.Debit, Per: guard.PerBankingDay, Count: 1, Action: guard.Hold}))
	id := b.uploadOf(600_00, 500_00)
	for _, rule := range []string{"limits/debit/settlement_date", "limits/debit/banking_day"} {
		must(t, b.batcher.Sweep(t.Context()))
		if f := b.fileStands(id, domain.FileIsHeld); f.HeldBy == nil || f.HeldBy.Rule != rule {
			t.Errorf("held by %+v, want %s", f.HeldBy, rule)
		}
		b.approveFile(id)
	}
	must(t, b.batcher.Sweep(t.Context()))
	b.fileStands(id, domain.FileIsDelivered)
}

func (b *bank) approveFile(id string) {
	b.t.Helper()
	_, err := ledger.Execute(b.t.Context(), b.Ledger, ledger.FileStream(gym, id), domain.ApproveFile{Reason: "a call"}.Decide)
	must(b.t, err)
}

func TestAFileThatALimitRejectsLeavesNothing(t *testing.T) {
	b := openBank(t, bounded(guard.Limit{Direction: guard.Debit, Per: guard.PerSettlementDate, Cents: 110_00, Action: guard.Reject},
		guard.Limit{Direction: guard.Debit, Per: guard.PerBankingDay, Cents: 150_00, Action: guard.Hold}))
	id := b.uploadOf(10_00, 100_01)
	must(t, b.batcher.Sweep(t.Context()))
	f := b.fileStands(id, domain.FileIsRejected)
	if f.Answered.Unreleased {
		t.Error("its entries are not released")
	}
	for _, entry := range transactionsOf(f) {
		if i := b.item(gym, entry); i.State != domain.Rejected {
			t.Errorf("%s is %s", entry, i.State)
		}
	}
	free := b.post(gym, pull(1, cents(100_00))) // nothing of it counts any more
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{free: domain.Filed})
}

func TestAHeldFileIsRejectedAtItsDeadlineWhereItsRuleSaysSo(t *testing.T) {
	strict := daily(100_00)
	strict.AtDeadline = guard.RejectDeadline
	b := openBank(t, bounded(strict))
	id := b.uploadOf(100_01)
	must(t, b.batcher.Sweep(t.Context()))
	f := b.fileStands(id, domain.FileIsHeld)
	b.clock.Set(f.SendBy)
	must(t, b.batcher.Sweep(t.Context()))
	b.fileStands(id, domain.FileIsHeld)
	b.clock.Set(f.SendBy.Add(time.Second))
	must(t, b.batcher.Sweep(t.Context()))
	b.fileStands(id, domain.FileIsRejected)
}

// A rule holds a file that its client carries to the bank. Its bytes are not given
// out before it is approved: none of its money settles until then, and its dates are
// decided again.
func TestAHeldFileToCarryDoesNotSettleAndIsDatedAgain(t *testing.T) {
	b := openBank(t, bounded(daily(1_00)))
	c, err := b.Ledger.Client(t.Context(), gym)
	must(t, err)
	made, err := b.uploads.UploadACHFile(t.Context(), gym, ACHFile{Batches: payroll(3).Batches, Settings: c.Settings.File}, Request{})
	must(t, err)
	b.sweep()
	settles := func(day string) (n int) {
		must(t, b.views.CatchUp(t.Context()))
		all, err := b.views.Settlements(t.Context(), day)
		must(t, err)
		debits, credits, err := b.views.Settling(t.Context(), gym, day)
		must(t, err)
		for _, s := range all {
			n += s.Debits.Entries + s.Credits.Entries
		}
		if ours := debits.Entries + credits.Entries; ours != n {
			t.Errorf("on %s %d entries settle for the client, and %d for its bank", day, ours, n)
		}
		return n
	}
	b.fileStands(made.FileID, domain.FileIsHeld)
	for _, day := range []string{"2026-11-23", "2026-11-24"} {
		if n := settles(day); n != 0 {
			t.Errorf("on %s settle %d entries of a file that is held", day, n)
		}
	}
	b.approveFile(made.FileID)
	b.sweepAt("2026-11-25 10:00") // Thanksgiving is on the 26th
	for _, batch := range b.fileStands(made.FileID, domain.FileIsRendered).Batches {
		if batch.EffectiveOn != "261127" {
			t.Errorf("batch %d is dated %s", batch.Number, batch.EffectiveOn)
		}
	}
	if n := settles("2026-11-27"); n != made.Entries {
		t.Errorf("then settle %d entries", n)
	}
	b.verify()
}

func TestAHeldFileThatIsReleasedHasItsEntriesJudgedOneByOne(t *testing.T) {
	b := openBank(t, bounded(daily(1000_00)))
	id := b.uploadOf(600_00, 500_00)
	must(t, b.batcher.Sweep(t.Context()))
	f := b.fileStands(id, domain.FileIsHeld)
	must(t, b.files.Release(t.Context(), id, domain.ReleaseFile{Reason: "one by one", Then: domain.ThenWait}))
	b.sweepAt("2026-11-20 14:30")
	b.fileStands(id, domain.FileIsReleased)
	entries := transactionsOf(f)
	b.stands(map[string]domain.State{entries[0]: domain.Filed, entries[1]: domain.Held})
}

// comesBack has the bank return an entry that was delivered.
func (b *bank) comesBack(id, code string) {
	b.t.Helper()
	t, err := b.Transaction(b.t.Context(), gym, id)
	must(b.t, err)
	b.write(domain.TransactionStream(gym, id), gym, t.Version, domain.TransactionReturned{Incoming: domain.Incoming{
		ItemID: itemOf("return " + id), ReplyTo: t.Origination().ID, SettledOn: "2026-11-24",
		Entry: nacha.Entry{Code: 26, Routing: ourBank, AmountCents: t.Origination().AmountCents, Return: &nacha.Return{Code: code}},
	}})
}

// debitsThatLeft writes the log of a file of n debits that was delivered, and returns
// their transactions. So many are not sent through a file: that costs as much as all
// else that a test does with them.
func (b *bank) debitsThatLeft(n int) (ids []string) {
	b.t.Helper()
	c, err := b.Ledger.Client(b.t.Context(), gym)
	must(b.t, err)
	account, err := b.SealAccountIn("", gym, theirBank, "770000", domain.Checking)
	must(b.t, err)
	const file = "population"
	batch := nacha.BatchHeader{Number: 1, ServiceClass: nacha.DebitClass, SEC: "PPD", CompanyName: "HARBOR GYM", CompanyID: "1840000017", Description: "DUES NOV", EffectiveOn: "261123"}
	b.write(domain.FileStream(file), gym, eventstore.NewStream,
		domain.FileOpened{FileID: file, Client: gym, ODFI: ourBank, Why: domain.WhyWindow, Settings: c.Settings.File, Method: domain.ToOutbox},
		domain.FileFilled{Count: n, Batches: []domain.FileBatch{{BatchHeader: batch}}})
	b.write(domain.TraceStream(ourBank[:8]), domain.LedgerClient, eventstore.NewStream, domain.TracesTaken{First: 1, Last: n, On: "2026-11-20"})
	var changes []ledger.Change
	for i := range n {
		p := pull(i, cents(int64(i%900)+1), func(p *domain.Proposal) { p.FromRouting, p.CompanyID = ourBank, "1840000017" })
		id := fmt.Sprintf("0193a1b2-7c3d-7e4f-8a5b-%012d", i)
		ids = append(ids, id)
		changes = append(changes, ledger.Change{Stream: domain.TransactionStream(gym, id), Client: gym, Events: []domain.Event{
			domain.TransactionOriginated{TransactionID: id, ItemID: itemOf(id), Proposal: p, Account: account, CompanyName: "HARBOR GYM", Content: []byte(id)},
			domain.TransactionFiled{ItemID: itemOf(id), File: file, Batch: 1, Trace: fmt.Sprintf("%s%07d", ourBank[:8], i+1)},
		}})
		if len(changes) == 500 || i == n-1 {
			ledgertest.Write(b.t, b.Ledger, changes...)
			changes = changes[:0]
		}
	}
	b.write(domain.FileStream(file), gym, 2,
		domain.FileCut{CreatedOn: "261120", CreatedAt: "1430", Modifier: "A", Totals: nacha.Totals{Batches: 1, Entries: n}},
		domain.FileRendered{Name: file + ".ach", SHA256: []byte(file), Size: 1}, domain.FileDelivering{Method: domain.ToOutbox}, domain.FileDelivered{})
	return ids
}

// Of 40,000 debits the 161st that comes back unauthorized warns, and the 201st
// has the company's debits held; a tenth of all that in a short run.
func TestACompanysDebitsAreHeldFromTheReturnThatPassesItsRate(t *testing.T) {
	t.Parallel()
	n := 40_000
	if testing.Short() {
		n = 4_000
	}
	warned, held := n*4/1000+1, n*5/1000+1
	b := openBank(t, func(s *domain.Settings) { s.Rates = &guard.ReturnRates{Action: guard.HoldDebits} })
	entries := b.debitsThatLeft(n)
	b.sweepAt("2026-11-24 09:00")
	rated := func() domain.RatedCompany {
		c, err := ledger.Load(t.Context(), b.Ledger, ledger.CompanyStream(gym, "1840000017"))
		must(t, err)
		return c
	}
	level := func(at int, want guard.Level) {
		t.Helper()
		if got := rated().Levels[guard.Unauthorized]; got != want {
			t.Errorf("after %d returns the level is %q, want %q", at, got, want)
		}
	}
	waits := b.post(gym, pull(1, on("2026-11-30")))
	codes := []string{"R05", "R07", "R10", "R11", "R29", "R51"}
	for i := range held - 1 {
		b.comesBack(entries[i], codes[i%len(codes)])
		switch i + 1 {
		case warned - 1:
			b.sweep()
			level(i+1, "")
		case warned:
			b.sweep()
			level(i+1, guard.WarnedAt)
		}
	}
	b.sweep()
	level(held-1, guard.WarnedAt)
	b.stands(map[string]domain.State{waits: domain.Pending})

	b.comesBack(entries[held-1], "R10")
	b.sweep()
	level(held, guard.ActedAt)
	debit, credit := b.post(gym, pull(2)), b.post(gym, pull(3, push))
	b.restart()
	b.sweepAt("2026-11-24 10:15")
	b.stands(map[string]domain.State{waits: domain.Held, debit: domain.Held, credit: domain.Filed})
	if by := b.item(gym, debit).HeldBy; by == nil || by.Rule != "return_rates/unauthorized" {
		t.Errorf("held by %+v", by)
	}

	today := guard.SixtyDays(calendar.DateOf(b.clock.Now()))
	returned, err := b.views.ReturnedDebits(t.Context(), gym, today)
	must(t, err)
	sent, err := b.views.DebitBatches(t.Context(), gym, today)
	must(t, err)
	want := guard.Rate{Returned: int64(held), Originated: int64(n)}
	for name, got := range map[string]guard.Rate{
		"B": guard.MethodB("1840000017", guard.Unauthorized, today, returned, sent), "A": guard.MethodA("1840000017", guard.Overall, today, returned, sent),
	} {
		if got != want {
			t.Errorf("by method %s %+v came back, want %+v", name, got, want)
		}
	}

	_, err = ledger.Execute(t.Context(), b.Ledger, ledger.CompanyStream(gym, "1840000017"), domain.LiftCompany{Company: "1840000017", Reason: "mended"}.Decide)
	must(t, err)
	after := b.post(gym, pull(4))
	b.sweepAt("2026-11-24 14:30")
	b.stands(map[string]domain.State{waits: domain.Held, after: domain.Filed})
}
