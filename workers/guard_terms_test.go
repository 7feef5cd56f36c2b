package workers

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
)

// paid is a limit of credits per settlement date.
func paid(cents int64) guard.Limit {
	return guard.Limit{Direction: guard.Credit, Per: guard.PerSettlementDate, Cents: cents, Action: guard.Hold}
}

// Friday's credit settles on Tuesday, and Monday's on Wednesday: FedACH's day
// for the second would be the first one's.
func TestAnEntryCountsForTheDayOnWhichItsBankHasItSettle(t *testing.T) {
	b := openBank(t, bounded(paid(1000_00)))
	b.asks(closesAtFive())
	first := b.post(gym, pull(1, push, cents(600_00)))
	b.sweepAt("2026-11-20 14:30")
	b.clock.Set(at("2026-11-23 09:00"))
	second := b.post(gym, pull(2, push, cents(600_00)))
	third := b.post(gym, pull(3, push, cents(500_00)))
	for range 2 { // as it was followed, and from the views
		must(t, b.batcher.Sweep(t.Context()))
		b.stands(map[string]domain.State{first: domain.Filed, second: domain.Pending, third: domain.Held})
		if by := b.item(gym, third).HeldBy; by == nil || by.Saw != "1100.00" {
			t.Errorf("held by %+v", by)
		}
		b.restart()
	}
	must(t, b.recall(gym, second))
	fourth := b.post(gym, pull(4, push, cents(1000_00)))
	b.sweepAt("2026-11-23 10:15")
	b.stands(map[string]domain.State{fourth: domain.Filed})
}

func TestAHeldEntryHasUntilTheLastWindowBeforeItsBankCloses(t *testing.T) {
	strict := guard.Limit{Direction: guard.Credit, Per: guard.PerEntry, Cents: 1000_00, Action: guard.Hold, AtDeadline: guard.RejectDeadline}
	b := openBank(t, bounded(strict))
	b.asks(closesAtFive())
	id := b.post(gym, pull(1, push, cents(1000_01))) // for Tuesday, two banking days after Friday
	b.sweepAt("2026-11-20 16:30")
	if by := b.item(gym, id).HeldBy; by == nil || by.Deadline != "2026-11-20T21:30:00Z" {
		t.Errorf("held by %+v", by)
	}
	b.sweepAt("2026-11-20 16:31")
	b.stands(map[string]domain.State{id: domain.Rejected})
}

func TestWhatWaitsIsJudgedAgainWhenItsBankChangesItsTerms(t *testing.T) {
	b := openBank(t, bounded(paid(1000_00)))
	monday := b.post(gym, pull(1, push, cents(600_00)))
	tuesday := b.post(gym, pull(2, push, cents(600_00), on("2026-11-24")))
	must(t, b.batcher.Sweep(t.Context()))
	b.stands(map[string]domain.State{monday: domain.Pending, tuesday: domain.Pending})
	page, err := b.views.WaitingItems(t.Context(), gym, ourBank, false, b.clock.Now(), 0, 10)
	must(t, err)
	b.asks(closesAtFive()) // both are for Tuesday now
	must(t, b.views.CatchUp(t.Context()))
	left, err := b.guard.Cut(t.Context(), b.clock.Now(), page)
	must(t, err)
	if len(page) == 0 || len(left) > 0 {
		t.Errorf("of a page of %d, read before, %d are cut", len(page), len(left))
	}
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{monday: domain.Filed, tuesday: domain.Held})
}
