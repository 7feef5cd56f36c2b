package workers

import (
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// validating has accounts of WEB debits validated before these leave.
func validating(action guard.Action) func(*domain.Settings) {
	return func(s *domain.Settings) { s.SECCodes, s.WebDebits = append(s.SECCodes, "WEB"), action }
}

func TestTheFirstWebDebitToAnAccountWaitsAndTheNextLeavesOnceItHasSettled(t *testing.T) {
	b := openBank(t, validating(guard.Hold))
	first := b.postTo(gym, "77001", pull(1, fromWeb))
	second := b.postTo(gym, "77001", pull(2, fromWeb))
	other := b.postTo(gym, "77001", pull(3)) // PPD
	b.sweepAt("2026-11-20 14:30")            // settles on Monday
	b.stands(map[string]domain.State{first: domain.Held, second: domain.Held, other: domain.Filed})
	if by := b.item(gym, first).HeldBy; by == nil || *by != (guard.HeldBy{Rule: "web_debits", AtDeadline: "keep", Deadline: "2026-11-21T03:30:00Z"}) {
		t.Errorf("held by %+v", by)
	}
	b.approve(gym, first)
	b.restart()
	b.sweepAt("2026-11-20 16:30")
	b.stands(map[string]domain.State{first: domain.Filed, second: domain.Held})

	b.clock.Set(at("2026-11-25 23:00")) // the second banking day after Monday
	early := b.postTo(gym, "77001", pull(4, fromWeb, on("2026-12-02")))
	b.sweep()
	b.clock.Set(at("2026-11-27 09:00")) // Thursday was a holiday
	late := b.postTo(gym, "77001", pull(5, fromWeb, on("2026-12-02")))
	b.rebuilt()
	b.sweep()
	b.stands(map[string]domain.State{early: domain.Held, late: domain.Pending, second: domain.Held})
}

// What a client's own file dates a Saturday settles on Monday.
func TestABatchDatedASaturdayHasSettledThreeBankingDaysAfterMonday(t *testing.T) {
	b := openBank(t, func(s *domain.Settings) { s.SECCodes = append(s.SECCodes, "WEB") })
	_, err := b.upload(rendered(t, payroll(1, func(f *nacha.File) {
		f.Batches = f.Batches[:1]
		f.Batches[0].Header.EffectiveOn, f.Batches[0].Entries[0].Account = "261121", "77001"
	})))
	must(t, err)
	b.sweepAt("2026-11-20 14:30")
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Settings.WebDebits = guard.Hold })
	b.clock.Set(at("2026-11-25 23:00"))
	early := b.postTo(gym, "77001", pull(1, fromWeb, on("2026-12-02")))
	b.sweep()
	b.clock.Set(at("2026-11-27 09:00")) // Thursday was a holiday
	late := b.postTo(gym, "77001", pull(2, fromWeb, on("2026-12-02")))
	b.sweep()
	b.stands(map[string]domain.State{early: domain.Held, late: domain.Pending})
}

func TestAnAccountThatThereIsNotIsFirstUsedAgain(t *testing.T) {
	b := openBank(t, validating(guard.Reject))
	old := b.postTo(gym, "77001", pull(1))
	b.sweepAt("2026-11-20 14:30")
	b.clock.Set(at("2026-12-01 09:00"))
	gone := b.postTo(gym, "77001", pull(2))
	waits := b.postTo(gym, "77001", pull(3, fromWeb, on("2026-12-20")))
	b.sweepAt("2026-12-01 14:30")
	b.stands(map[string]domain.State{old: domain.Filed, gone: domain.Filed, waits: domain.Pending})
	b.comesBack(gone, "R03")
	refused := b.postTo(gym, "77001", pull(4, fromWeb, on("2026-12-20")))
	b.rebuilt() // what waits is judged by what was known when it came
	b.sweep()
	b.stands(map[string]domain.State{waits: domain.Pending, refused: domain.Rejected})
	if i := b.item(gym, refused); i.HeldBy == nil || i.HeldBy.Saw != "R03" || i.HeldBy.OtherTransaction != gone {
		t.Errorf("rejected by %+v", i.HeldBy)
	}
}

// A prenote, and a relationship that was verified, stand for the first use.
func TestAnAccountThatWasValidatedTakesWebDebitsAtOnce(t *testing.T) {
	b := openBank(t, validating(guard.Hold))
	prenote := b.postTo(gym, "77001", pull(1, cents(0)))
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{prenote: domain.Filed})
	b.clock.Set(at("2026-11-27 09:00"))
	after := b.postTo(gym, "77001", pull(2, fromWeb))

	linked := b.postTo(gym, "77002", pull(3)) // for the account's fingerprint
	account := b.account(linked)
	b.link("one", account, false)
	early := b.postTo(gym, "77002", pull(4, fromWeb))
	b.sweep()
	b.stands(map[string]domain.State{after: domain.Pending, early: domain.Held})
	b.link("two", account, true)
	late := b.postTo(gym, "77002", pull(5, fromWeb))
	b.sweep()
	b.stands(map[string]domain.State{early: domain.Held, late: domain.Pending})
	b.approve(gym, early)
	b.rebuilt()
	b.sweepAt("2026-11-27 14:30")
	b.stands(map[string]domain.State{after: domain.Filed, early: domain.Filed, late: domain.Filed})
}

// account is the fingerprint of a transaction's account.
func (b *bank) account(id string) string {
	b.t.Helper()
	t, err := b.Transaction(b.t.Context(), gym, id)
	must(b.t, err)
	return t.Account.Fingerprint
}

// link approves a relationship of a holder's, verified by Plaid or not at all.
func (b *bank) link(holder, account string, plaid bool) {
	b.t.Helper()
	b.write(ledger.HolderStream(gym, holder).Name, gym, 0,
		domain.AccountLinked{RelationshipID: "link " + holder, Account: account, OwnerName: "TEST", AccountType: domain.Checking, FromPlaid: plaid},
		domain.LinkApproved{RelationshipID: "link " + holder})
}

func TestAFileWithAWebDebitToANewAccountIsHeldWhole(t *testing.T) {
	for _, description := range []string{"DUES NOV", "RETRY PYMT", "REVERSAL"} { // none of them is the ledger's word
		t.Run(description, func(t *testing.T) {
			b := openBank(t, validating(guard.Hold))
			a, err := b.upload(rendered(t, payroll(1, func(f *nacha.File) {
				f.Batches = f.Batches[:1]
				f.Batches[0].Header.SEC, f.Batches[0].Header.Description = "WEB", description
				e := &f.Batches[0].Entries[0]
				e.Code, e.Discretionary = 27, "S"
			})))
			must(t, err)
			must(t, b.batcher.Sweep(t.Context()))
			if f := b.fileStands(a.FileID, domain.FileIsHeld); f.HeldBy == nil || f.HeldBy.Rule != "web_debits" {
				t.Errorf("held by %+v", f.HeldBy)
			}
		})
	}
}
