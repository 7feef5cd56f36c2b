package workers

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
)

// An entry that a person held counts for the day on which it was made, however long ago
// that is, also if the process has started since.
func TestWhatWasHeldForWeeksIsJudgedByTheDayOnWhichItWasMade(t *testing.T) {
	b := openBank(t, bounded(guard.Limit{Direction: guard.Debit, Per: guard.PerBankingDay, Cents: 1000_00, Action: guard.Hold}))
	sent := b.post(gym, pull(1, cents(600_00)))
	over, within := b.post(gym, pull(2, cents(600_00))), b.post(gym, pull(3, cents(400_00)))
	for _, id := range []string{over, within} {
		_, err := ledger.Execute(t.Context(), b.Ledger, ledger.TransactionStream(gym, id), domain.Hold{ItemID: itemOf(id), Reason: "looks odd"}.Decide)
		must(t, err)
	}
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{sent: domain.Filed, over: domain.Held, within: domain.Held})
	b.restart()
	b.sweepAt("2026-12-14 10:15")
	b.approve(gym, over)
	b.approve(gym, within)
	b.sweepAt("2026-12-14 14:30")
	b.stands(map[string]domain.State{over: domain.Held, within: domain.Filed})
	if by := b.item(gym, over).HeldBy; by == nil || by.Saw != "1200.00" {
		t.Errorf("held by %+v", by)
	}
}
