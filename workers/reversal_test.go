package workers

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
)

// reverse asks to reverse a payment of the gym's, now.
func (b *bank) reverse(id string) (item string) {
	b.t.Helper()
	c, err := b.Case(b.t.Context(), gym, id)
	must(b.t, err)
	item = id + "-reversal"
	d, err := answers.Reverse{ItemID: item, ReplyTo: c.Transaction.Origination().ID, Reason: "wrong-amount"}.Decide(c)
	must(b.t, err)
	b.write(domain.TransactionStream(gym, id), gym, c.Transaction.Version, d.Events...)
	return item
}

// settlesOn is the effective date of the batch that an item is in; empty while it
// waits.
func (b *bank) settlesOn(id, item string) string {
	b.t.Helper()
	i := b.itemNamed(id, item)
	if i.Filing == nil {
		return ""
	}
	return b.read(i.Filing.File).Batches[i.Filing.Batch-1].EffectiveOn
}

// A client sent a credit on Friday that settles on Tuesday, and takes it back at
// once. A debit of Monday would find an account without the money.
func TestAReversalDoesNotSettleBeforeItsEntry(t *testing.T) {
	b := openBank(t)
	b.clock.Set(at("2026-11-20 10:00"))
	sent, err := b.upload(rendered(t, payroll(3)))
	must(t, err)
	b.sweep()
	wages, vendor := sent.Transactions[0], sent.Transactions[3] // of Monday and of Tuesday
	first, second := b.reverse(wages), b.reverse(vendor)
	b.sweepAt("2026-11-20 22:30")
	if got := b.settlesOn(wages, first); got != "261123" {
		t.Errorf("the reversal of Monday's credit is dated %q", got)
	}
	if got := b.settlesOn(vendor, second); got != "" {
		t.Fatalf("the reversal of Tuesday's credit left on Friday, dated %s", got)
	}
	b.restart() // the queue is made again from the log
	b.sweepAt("2026-11-23 10:15")
	if got := b.settlesOn(vendor, second); got != "261124" {
		t.Errorf("it is dated %q, want Tuesday the 24th", got)
	}
	if dated := b.itemNamed(vendor, second).Filing.Dated; dated != nil {
		t.Errorf("it says %+v, although nobody asked for a date", dated)
	}
	b.verify()
}

// What waits for its entry to settle may be held meanwhile; then the next day does.
func TestAReversalThatWaitedTooLongIsDatedAsSoonAsPossible(t *testing.T) {
	b := openBank(t)
	b.clock.Set(at("2026-11-20 10:00"))
	sent, err := b.upload(rendered(t, payroll(3)))
	must(t, err)
	b.sweep()
	vendor := sent.Transactions[3]
	item := b.reverse(vendor)
	b.decide(vendor, domain.Hold{ItemID: item, Reason: "looks odd"}.Decide)
	b.sweepAt("2026-11-24 10:15")
	b.decide(vendor, domain.Approve{ItemID: item}.Decide)
	b.sweepAt("2026-11-24 14:30")
	if got := b.settlesOn(vendor, item); got != "261125" {
		t.Errorf("it is dated %q, want Wednesday the 25th", got)
	}
	if dated := b.itemNamed(vendor, item).Filing.Dated; dated != nil {
		t.Errorf("it says %+v, although nobody asked for a date", dated)
	}
	b.verify()
}
