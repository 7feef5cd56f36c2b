package workers

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// answered writes an event about a transaction of the gym's.
func (b *bank) answered(id string, e domain.Event) {
	b.t.Helper()
	t, err := b.Transaction(b.t.Context(), gym, id)
	must(b.t, err)
	b.write(domain.TransactionStream(gym, id), gym, t.Version, e)
}

// itemBack has an item of a transaction of the gym's come back.
func (b *bank) itemBack(id, item, code string) {
	b.t.Helper()
	b.itemBackAs(id, "return "+item, item, code)
}

// itemBackAs does so under a name: a bank may return an item twice.
func (b *bank) itemBackAs(id, name, item, code string) {
	b.t.Helper()
	b.answered(id, domain.TransactionReturned{Incoming: domain.Incoming{
		ItemID: itemOf(name), ReplyTo: item, SettledOn: "2026-11-24",
		Entry: nacha.Entry{Code: 26, Routing: ourBank, AmountCents: 1, Return: &nacha.Return{Code: code}},
	}})
}

// A return fee is an entry of its own, so limits hold it as any other.
func TestAReturnFeeIsHeldOverALimit(t *testing.T) {
	b := openBank(t, bounded(daily(1000_00)))
	first, second := b.post(gym, pull(1, cents(500_00))), b.post(gym, pull(2, cents(400_00)))
	b.sweepAt("2026-11-20 14:30")
	b.clock.Set(at("2026-11-24 09:00"))
	b.comesBack(first, "R01")
	b.comesBack(second, "R01")
	b.post(gym, pull(3, cents(990_00)))
	must(t, b.batcher.Sweep(t.Context()))
	for id, cents := range map[string]int64{first: 10_00, second: 10_01} {
		b.answered(id, domain.TransactionReturnFeeRequested{Outgoing: domain.Outgoing{ItemID: itemOf("fee " + id), ReplyTo: itemOf("return " + id), AmountCents: cents,
			NoticeGivenOn: "2026-11-01", LeaveBy: "2027-01-08T07:15:00Z"}})
		must(t, b.batcher.Sweep(t.Context()))
	}
	held := 0
	for _, id := range []string{first, second} {
		tx, err := b.Transaction(t.Context(), gym, id)
		must(t, err)
		if fee, ok := tx.Item(itemOf("fee " + id)); !ok {
			t.Errorf("there is no fee for %s", id)
		} else if fee.State == domain.Held && fee.HeldBy != nil && fee.HeldBy.Rule == "limits/debit/settlement_date" {
			held++
		}
	}
	if held != 1 {
		t.Errorf("%d fees are held, want the one that no longer fits", held)
	}
}

// What returns are counted, and against what: debits with money, what presents
// them again, fees and the reversal of a credit; no prenote, no credit, and none twice.
func TestWhatAReturnRateIsMadeOf(t *testing.T) {
	b := openBank(t)
	debit, credit, reversed := b.post(gym, pull(1)), b.post(gym, pull(2, push)), b.post(gym, pull(3, push))
	prenote, taken := b.post(gym, pull(4, cents(0))), b.post(gym, pull(5))
	b.sweepAt("2026-11-20 14:30")
	b.clock.Set(at("2026-11-24 09:00"))
	b.itemBack(debit, itemOf(debit), "R01")
	b.itemBack(credit, itemOf(credit), "R03")
	b.itemBack(prenote, itemOf(prenote), "R03")
	out := func(id, kind, to string) domain.Outgoing {
		return domain.Outgoing{ItemID: itemOf(kind + id), ReplyTo: to, Reason: "duplicate", AmountCents: 2500}
	}
	b.answered(debit, domain.TransactionRetryRequested{Outgoing: out(debit, "retry", itemOf("return "+itemOf(debit)))})
	b.answered(debit, domain.TransactionReturnFeeRequested{Outgoing: out(debit, "fee", itemOf("return "+itemOf(debit)))})
	b.answered(reversed, domain.TransactionReversalRequested{Outgoing: out(reversed, "reversal", itemOf(reversed))})
	b.answered(taken, domain.TransactionReversalRequested{Outgoing: out(taken, "reversal", itemOf(taken))})
	b.sweepAt("2026-11-24 10:15")
	b.clock.Set(at("2026-11-25 09:00"))
	b.itemBack(debit, itemOf("retry"+debit), "R01")
	b.itemBackAs(debit, "the retry's return once more", itemOf("retry"+debit), "R01")
	b.itemBack(debit, itemOf("fee"+debit), "R10")
	b.itemBack(reversed, itemOf("reversal"+reversed), "R11")
	b.itemBack(taken, itemOf("reversal"+taken), "R03") // gives a debit back: a credit
	must(t, b.views.CatchUp(t.Context()))

	w := guard.SixtyDays(calendar.DateOf(b.clock.Now()))
	returned, err := b.views.ReturnedDebits(t.Context(), gym, w)
	must(t, err)
	sent, err := b.views.DebitBatches(t.Context(), gym, w)
	must(t, err)
	codes := map[string]int{}
	for _, r := range returned {
		codes[r.Code]++
	}
	if len(returned) != 4 || codes["R01"] != 2 || codes["R10"] != 1 || codes["R11"] != 1 {
		t.Errorf("what came back: %+v", returned)
	}
	// Two debits, the retry, the fee and the reversal of the credit.
	if got := guard.MethodB("1840000017", guard.Overall, w, returned, sent); got != (guard.Rate{Returned: 4, Originated: 5}) {
		t.Errorf("method B %+v of %+v", got, sent)
	}
}

// When debits are sixty days old and the returned ones are not, the rate rises
// with no return on that day.
func TestARateRisesByItselfWhenWhatLeftGrowsOld(t *testing.T) {
	rates := guard.ReturnRates{Action: guard.HoldDebits, MinReturns: 1, MinEntries: 10}
	b := openBank(t, func(s *domain.Settings) { s.Rates = &rates })
	b.posts(gym, 400)
	b.sweepAt("2026-11-20 14:30") // effective on Monday, the 23rd
	b.clock.Set(at("2027-01-04 09:00"))
	late := b.posts(gym, 100)
	b.sweepAt("2027-01-04 10:15")
	b.clock.Set(at("2027-01-06 09:00"))
	b.comesBack(late[0], "R10")
	b.sweepAt("2027-01-21 09:00") // the first ones are sixty days old, and count
	level := func() guard.Level {
		c, err := ledger.Load(t.Context(), b.Ledger, ledger.CompanyStream(gym, "1840000017"))
		must(t, err)
		return c.Levels[guard.Unauthorized]
	}
	if got := level(); got != "" {
		t.Errorf("on the sixtieth day the level is %q", got)
	}
	b.sweepAt("2027-01-22 09:00")
	if got := level(); got != guard.ActedAt {
		t.Errorf("on the day after it the level is %q", got)
	}
	debit := b.post(gym, pull(7))
	b.sweepAt("2027-01-22 10:15")
	b.stands(map[string]domain.State{debit: domain.Held})
}

// What a client is set to does not replace what its ODFI is set to.
func TestAClientsReturnRatesAndItsODFIsAllApply(t *testing.T) {
	rates := func(a guard.RateAction) *guard.ReturnRates {
		return &guard.ReturnRates{Action: a, MinReturns: 1, MinEntries: 10}
	}
	b := openBank(t, func(s *domain.Settings) { s.Rates = rates(guard.OnlyWarn) })
	_, err := ledger.Execute(t.Context(), b.Ledger, ledger.BankStream(ourBank), domain.ConfigureBank{
		Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.ToOutbox}, Rules: guard.Rules{Rates: rates(guard.HoldDebits)},
	}.Decide)
	must(t, err)
	sent := b.posts(gym, 40)
	b.sweepAt("2026-11-20 14:30")
	b.clock.Set(at("2026-11-24 09:00"))
	b.comesBack(sent[0], "R10")
	must(t, b.batcher.Sweep(t.Context()))
	debit, credit := b.post(gym, pull(41)), b.post(gym, pull(42, push))
	b.sweepAt("2026-11-24 10:15")
	b.stands(map[string]domain.State{debit: domain.Held, credit: domain.Filed})
}

// What a client's own file dates a Saturday settles on Monday: it is in the windows
// that Monday is in.
func TestDebitsDatedASaturdayAreOriginatedOnMonday(t *testing.T) {
	b := openBank(t)
	_, err := b.upload(rendered(t, payroll(1, func(f *nacha.File) {
		f.Batches = f.Batches[:1]
		f.Batches[0].Header.EffectiveOn, f.Batches[0].Entries[0].Code = "261121", 27
	})))
	must(t, err)
	must(t, b.views.CatchUp(t.Context()))
	saturday, monday := calendar.NewDate(2026, 11, 21), calendar.NewDate(2026, 11, 23)
	for name, tt := range map[string]struct {
		window guard.Window
		counts bool
	}{
		"on the Sunday before it settles": {guard.SixtyDays(monday.Add(-1)), false},
		"on Monday":                       {guard.SixtyDays(monday), true},
		"from the Sunday on":              {guard.Window{From: saturday.Add(1), To: monday}, true},
		"from Tuesday on":                 {guard.Window{From: monday.Add(1), To: monday.Add(60)}, false},
	} {
		sent, err := b.views.DebitBatches(t.Context(), gym, tt.window)
		must(t, err)
		rate := guard.MethodB("1840000017", guard.Overall, tt.window, nil, sent)
		if (rate.Originated == 1) != tt.counts {
			t.Errorf("%s: %+v of %+v", name, rate, sent)
		}
	}
}
