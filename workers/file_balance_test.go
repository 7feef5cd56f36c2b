package workers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

// offsetNumber is the account against which Harbor Gym's batches are balanced.
const offsetNumber = "5500112233"

// balanced gives a client's first company an offset account at our bank.
func (b *bank) balanced(client string) {
	b.t.Helper()
	account, err := b.SealAccountIn(domain.ClientStream(client), client, ourBank, offsetNumber, domain.Checking)
	must(b.t, err)
	b.changeClient(client, func(c *domain.ChangeClient) {
		c.Settings.Balance = []domain.Balance{{
			CompanyID: c.Settings.CompanyIdentifications[0], OffsetAccount: domain.OffsetAccount{Routing: ourBank, AccountType: domain.Checking, Account: account},
		}}
	})
}

// scanned reads a file with the strict reader, which must find nothing wrong.
func (b *bank) scanned(content string) (batches []nacha.Batch) {
	b.t.Helper()
	problems := func(list []nacha.Problem) {
		for _, p := range list {
			b.t.Errorf("line %d: %s", p.Line, p.Message)
		}
	}
	summary, err := nacha.Scan(bytes.NewReader([]byte(content)), nacha.Handler{
		Batch: func(h *nacha.ScannedBatch) error {
			batches = append(batches, nacha.Batch{Header: h.Header})
			return nil
		},
		Entry: func(e *nacha.ScannedEntry) error {
			problems(e.Problems)
			batches[e.Batch-1].Entries = append(batches[e.Batch-1].Entries, e.Entry)
			return nil
		},
		End: func(v *nacha.Verdict) error {
			problems(v.Problems)
			return nil
		},
	})
	must(b.t, err)
	problems(summary.Problems)
	return batches
}

// even fails the test unless a batch is balanced by its last entry.
func (b *bank) even(batch nacha.Batch) {
	b.t.Helper()
	net, last := int64(0), batch.Entries[len(batch.Entries)-1]
	for _, e := range batch.Entries {
		if nacha.TransactionCode(e.Code).Debit() {
			net += e.AmountCents
		} else {
			net -= e.AmountCents
		}
	}
	if net != 0 || batch.Header.ServiceClass != nacha.MixedClass {
		b.t.Errorf("batch %d of class %d is %d cents off", batch.Header.Number, batch.Header.ServiceClass, net)
	}
	if last.IndividualID != domain.OffsetID || last.Account != offsetNumber || last.Routing != ourBank || last.Name != "HARBOR GYM" {
		b.t.Errorf("batch %d ends with %+v", batch.Header.Number, last)
	}
}

func TestABalancedFile(t *testing.T) {
	b := openBank(t)
	b.asks(domain.BankProfile{Balance: domain.BalanceRequired})
	b.balanced(gym)
	ids := b.posts(gym, 3)
	ids = append(ids, b.post(gym, pull(4, push, cents(500))))
	ids = append(ids, b.post(gym, pull(5, push, cents(7700), func(p *domain.Proposal) { p.SEC, p.Description = "CCD", "SUPPLIES" })))
	ids = append(ids, b.post(gym, pull(6, cents(0), func(p *domain.Proposal) { p.Description = "PRENOTES" })))
	ids = append(ids, b.post(gym, pull(7, func(p *domain.Proposal) { p.SEC, p.PaymentType = "WEB", "single" })))
	b.sweepAt("2026-11-20 14:30")
	f := b.onlyFile()
	batches := b.scanned(b.bytes(f))
	if len(batches) != 4 {
		t.Fatalf("there are %d batches", len(batches))
	}
	b.even(batches[0])
	b.even(batches[1])
	b.even(batches[3])
	if n := len(batches[2].Entries); n != 1 || batches[2].Header.ServiceClass != nacha.DebitClass {
		t.Errorf("the batch without money has %d entries and class %d", n, batches[2].Header.ServiceClass)
	}
	if totals := f.Cut.Totals; totals.Entries != len(ids)+3 || totals.DebitCents != totals.CreditCents || totals.DebitCents != 3075+7700+1025 {
		t.Errorf("the file was cut with %+v", totals)
	}
	want := []domain.FileOffset{
		{Batch: 1, Trace: "231380100000008", Code: 22, Cents: 2575},
		{Batch: 2, Trace: "231380100000009", Code: 27, Cents: 7700},
		{Batch: 4, Trace: "231380100000010", Code: 22, Cents: 1025},
	}
	if fmt.Sprint(f.Offsets) != fmt.Sprint(want) {
		t.Errorf("offsets %+v, want %+v", f.Offsets, want)
	}
	masked, err := RenderMasked(t.Context(), b.Ledger, f)
	must(t, err)
	if strings.Contains(string(masked), offsetNumber) || !strings.Contains(string(masked), "*****2233") {
		t.Error("the offset's account is not masked")
	}
	for _, id := range ids {
		if i := b.item(gym, id); i.State != domain.Filed {
			t.Errorf("transaction %s is %s", id, i.State)
		}
	}
	b.verify()
}

// The process dies before, in or after each step; the next one makes the same
// file of what was filed, offsets once.
func TestACrashAtAnyStepOfABalancedCut(t *testing.T) {
	// fill, fill, offsets, offsets, cut and the rest as in wantSteps.
	const wantBalanced = wantSteps + 4
	var first string
	steps := atEveryStep(t, func(t *testing.T, n int) error {
		b := openSmallBank(t)
		b.balanced(gym)
		const want = 6
		for i := range want {
			id := fmt.Sprintf("00000000-0000-7000-8000-00000000000%d", i)
			b.originate(gym, id, pull(i+1, func(p *domain.Proposal) { p.Description = fmt.Sprintf("DUES %d", i) }), "7700001")
		}
		died := b.cutDyingAt(n)
		entries := 0
		for _, f := range b.cutFiles() {
			for _, batch := range b.scanned(b.bytes(f)) {
				b.even(batch)
				entries += len(batch.Entries) - 1
			}
		}
		if entries != want {
			t.Errorf("the files hold %d entries, want %d", entries, want)
		}
		b.verify()
		if files := b.cutFiles(); len(files) == 1 {
			if content := b.bytes(files[0]); first == "" {
				first = content
			} else if content != first {
				t.Errorf("the file is\n%s\nand was\n%s", content, first)
			}
		}
		return died
	})
	if steps != wantBalanced {
		t.Errorf("a cut took %d steps, want %d: is one not under test?", steps, wantBalanced)
	}
}

// The trace numbers start over between the entries and the offset of their
// batch: no offset can follow them, so they leave in a file of their own.
func TestTraceNumbersThatStartOverBeforeAnOffset(t *testing.T) {
	b := openBank(t)
	b.balanced(gym)
	b.used(domain.MaxTraceSequence - 2)
	b.clock.Set(at("2027-02-08 09:00"))
	ids := b.posts(gym, 2)
	b.sweepAt("2027-02-08 10:15")
	if f := b.onlyFile(); f.State != domain.FileIsGivenUp || f.Cut != nil {
		t.Fatalf("the file is %s", f.State)
	}
	b.sweepAt("2027-02-08 14:30")
	files := b.cutFiles()
	if len(files) != 2 || files[1].State != domain.FileIsDelivered {
		t.Fatalf("there are %d files", len(files))
	}
	batch := b.scanned(b.bytes(files[1]))[0]
	b.even(batch)
	if batch.Entries[0].Trace != "231380100000001" || len(batch.Entries) != 3 || b.item(gym, ids[0]).Filing.File != files[1].ID {
		t.Errorf("the batch is %+v", batch.Entries)
	}
	b.verify()
}

// No number is left for the offset, and none for months. The entries do not stay in a
// file that cannot be completed: their client may recall them.
func TestNoTraceNumberIsLeftForAnOffset(t *testing.T) {
	b := openBank(t)
	b.balanced(gym)
	b.used(domain.MaxTraceSequence - 2)
	ids := b.posts(gym, 2)
	b.clock.Set(at("2026-11-20 14:30"))
	if err := b.batcher.Sweep(t.Context()); domain.CodeOf(err) != domain.NoTraceNumbers {
		t.Fatalf("got %v", err)
	}
	if f := b.onlyFile(); f.State != domain.FileIsGivenUp {
		t.Fatalf("the file is %s", f.State)
	}
	must(t, b.recall(gym, ids[0]))
	b.verify()
}

// What was accepted under other settings waits for a person, with its reason,
// until the settings let it leave.
func TestAnEntryThatCannotBeBalancedAnyMoreWaitsForAPerson(t *testing.T) {
	b := openBank(t)
	id, prenote := b.post(gym, pull(1)), b.post(gym, pull(2, cents(0)))
	tel := b.post(gym, pull(3, func(p *domain.Proposal) { p.SEC, p.PaymentType = "TEL", "single" }))
	b.asks(domain.BankProfile{Balance: domain.BalanceRequired})
	b.sweepAt("2026-11-20 14:30")
	if i := b.item(gym, id); i.State != domain.Held || !strings.Contains(i.Reason, "has no offset account") {
		t.Errorf("it is %s because %q", i.State, i.Reason)
	}
	if i := b.item(gym, tel); i.State != domain.Held || !strings.Contains(i.Reason, "TEL cannot have") {
		t.Errorf("the TEL entry is %s because %q", i.State, i.Reason)
	}
	if i := b.item(gym, prenote); i.State != domain.Filed {
		t.Errorf("the prenote is %s", i.State)
	}
	b.balanced(gym)
	b.approve(gym, id)
	b.sweepAt("2026-11-20 16:30")
	if i := b.item(gym, id); i.State != domain.Filed {
		t.Errorf("approved it is %s because %q", i.State, i.Reason)
	}
	b.even(b.scanned(b.bytes(b.cutFiles()[1]))[0])
	b.verify()
}

// A company that gets an account after its entries were planned for a file, and
// one whose account changes, is balanced as its batch was begun.
func TestAnOffsetGoesToTheAccountOfWhenItsBatchWasBegun(t *testing.T) {
	b := openSmallBank(t)
	b.balanced(gym)
	b.posts(gym, 8)
	b.clock.Set(at("2026-11-20 14:30"))
	b.fault = stopAt("before offsets")
	_ = b.batcher.Sweep(context.Background())
	b.restart()
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Settings.Balance = nil })
	b.sweep()
	b.even(b.scanned(b.bytes(b.onlyFile()))[0])
	b.verify()
}

func TestLimitsCountOffsets(t *testing.T) {
	account := &domain.OffsetAccount{Routing: ourBank, AccountType: domain.Checking}
	plan := func(l Limits, items ...waiting) string {
		p := planner{now: friday, limits: l, client: domain.Settings{Balance: []domain.Balance{{CompanyID: "1840000017", OffsetAccount: *account}}}}
		for _, w := range items {
			p.add([]projections.QueuedItem{w.QueuedItem}, nil)
		}
		return planned(p.files())
	}
	five := []waiting{waits(1), waits(2), waits(3), waits(4), waits(5)}
	l := DefaultLimits
	l.FileEntries = 3
	if got, want := plan(l, five...), "[1 2]\n[3 4]\n[5]"; got != want {
		t.Errorf("files of three entries hold\n%s", got)
	}
	l = DefaultLimits
	l.BatchRecords = 3
	if got, want := plan(l, five...), "[1 2][3 4][5]"; got != want {
		t.Errorf("batches of three records hold\n%s", got)
	}
	most := func(w *waiting) { w.AmountCents = domain.MaxAmountCents - 50 }
	if got, want := plan(DefaultLimits, waits(1, most), waits(2), waits(3)), "[1][2 3]"; got != want {
		t.Errorf("batches with an offset of ten digits hold\n%s", got)
	}
}

// A client's own file leaves as it was sent, so that where the bank requires
// balanced batches the client has to balance them.
func TestAnUploadIsBalancedByItsClient(t *testing.T) {
	b := openBank(t)
	b.asks(domain.BankProfile{Balance: domain.BalanceRequired})
	b.balanced(gym)
	_, err := b.upload(rendered(t, payroll(3)))
	var refusal *domain.Refusal
	if !errors.As(err, &refusal) || refusal.Code != domain.RuleBroken || len(refusal.Fields) != 2 || refusal.Fields[0].Code != "balance" {
		t.Errorf("it says %v", err)
	}
	even := func(f *nacha.File) {
		f.Batches = f.Batches[:1]
		f.Batches[0].Entries[0].AmountCents, f.Batches[0].Entries[1].AmountCents = 500, 700
		f.Batches[0].Entries[2].AmountCents = 200
	}
	_, err = b.upload(rendered(t, payroll(3, even)))
	must(t, err)
	b.sweep()
	if f := b.onlyFile(); len(f.Offsets) != 0 || f.Cut.Totals.Entries != 3 || f.State != domain.FileIsDelivered {
		t.Errorf("the file is %s with %+v and offsets %+v", f.State, f.Cut.Totals, f.Offsets)
	}
	b.verify()
}
