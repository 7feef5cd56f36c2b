package workers

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// comparing has what a client sends compared with what it sent before.
func comparing(days int, action guard.Action) func(*domain.Settings) {
	return func(s *domain.Settings) { s.Duplicates = &guard.Duplicates{Days: days, Action: action} }
}

// postTo originates a transaction to an account.
func (b *bank) postTo(client, number string, p domain.Proposal) string {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	b.originate(client, id, p, number)
	return id
}

// rebuilt opens the ledger with views made anew.
func (b *bank) rebuilt() {
	b.t.Helper()
	b.close()
	must(b.t, os.Remove(filepath.Join(b.folder, "views.db")))
	b.open()
}

func TestAPaymentSentTwiceWaitsNamesTheOtherAndLeavesWhenItIsApproved(t *testing.T) {
	b := openBank(t, comparing(5, guard.Hold))
	first := b.postTo(gym, "77001", pull(1))
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{first: domain.Filed})
	again := b.postTo(gym, "77001", pull(1))
	account := b.postTo(gym, "77002", pull(1))
	amount := b.postTo(gym, "77001", pull(1, cents(1026)))
	direction := b.postTo(gym, "77001", pull(1, push))
	described := b.postTo(gym, "77001", pull(1, as("DUES DEC")))
	later := b.postTo(gym, "77001", pull(1, on("2026-12-01")))
	b.restart()
	b.sweepAt("2026-11-20 16:30")
	b.stands(map[string]domain.State{again: domain.Held, account: domain.Filed, amount: domain.Filed, direction: domain.Filed,
		described: domain.Filed, later: domain.Pending})
	i := b.item(gym, again)
	if by := i.HeldBy; by == nil || *by != (guard.HeldBy{Rule: "duplicates", Saw: "0 days", Limit: "5 days", OtherTransaction: first,
		AtDeadline: "keep", Deadline: "2026-11-21T03:30:00Z"}) {
		t.Errorf("held by %+v", by)
	}
	if want := "transaction " + first + " has the same account, amount, direction, SEC code and description, and was to settle on 2026-11-23: 0 days from this one"; i.Reason != want {
		t.Errorf("because %q", i.Reason)
	}

	b.approve(gym, again)
	third := b.postTo(gym, "77001", pull(1))
	b.rebuilt()
	b.sweepAt("2026-11-20 22:30")
	b.stands(map[string]domain.State{again: domain.Filed, third: domain.Held})
}

// What is held, recalled or rejected is sent by nobody. What is approved then
// is the second one.
func TestOnlyWhatLeavesMakesTheNextOneADuplicate(t *testing.T) {
	b := openBank(t, comparing(5, guard.Hold), bounded(guard.Limit{Direction: guard.Debit, Per: guard.PerEntry, Cents: 1000_00, Action: guard.Hold}))
	recalled := b.postTo(gym, "77001", pull(1))
	must(t, b.recall(gym, recalled))
	first := b.postTo(gym, "77001", pull(1))
	large := b.postTo(gym, "77002", pull(2, cents(1000_01)))
	_, err := ledger.Execute(t.Context(), b.Ledger, ledger.TransactionStream(gym, first), domain.Hold{ItemID: itemOf(first), Reason: "a call"}.Decide)
	must(t, err)
	second := b.postTo(gym, "77001", pull(1))
	b.sweep()
	b.stands(map[string]domain.State{large: domain.Held, first: domain.Held, second: domain.Pending})
	b.approve(gym, first) // not held by the rule before
	b.restart()
	b.cutsAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{first: domain.Held, second: domain.Filed})
	if by := b.item(gym, first).HeldBy; by == nil || by.OtherTransaction != second {
		t.Errorf("held by %+v", by)
	}

	b.takesBackFileOf(second) // it waits again, and still counts
	third := b.postTo(gym, "77001", pull(1))
	b.sweep()
	b.stands(map[string]domain.State{first: domain.Held, second: domain.Pending, third: domain.Held})
}

func TestARuleThatIsNewComparesWhatWaitsWithWhatHasLeft(t *testing.T) {
	b := openBank(t)
	waits := b.postTo(gym, "77001", pull(1, on("2026-11-25")))
	both := b.postTo(gym, "77002", pull(2, on("2026-11-25")))
	twice := b.postTo(gym, "77002", pull(2, on("2026-11-25")))
	left := b.postTo(gym, "77001", pull(1))
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{waits: domain.Pending, twice: domain.Pending, left: domain.Filed})
	b.changeClient(gym, func(c *domain.ChangeClient) { c.Settings.Duplicates = &guard.Duplicates{Days: 2, Action: guard.Hold} })
	b.sweep()
	b.stands(map[string]domain.State{waits: domain.Held, both: domain.Pending, twice: domain.Held})
	b.approve(gym, twice)
	b.rebuilt()
	b.sweep()
	b.stands(map[string]domain.State{waits: domain.Held, both: domain.Pending, twice: domain.Pending})
}

func TestARuleOfTheBanksRejectsWithinEachClient(t *testing.T) {
	b := openBank(t)
	b.client("other")
	_, err := ledger.Execute(t.Context(), b.Ledger, ledger.BankStream(ourBank), domain.ConfigureBank{
		Routing: ourBank, Delivery: domain.DeliverySettings{Method: domain.ToOutbox},
		Rules: guard.Rules{Duplicates: &guard.Duplicates{Action: guard.Reject}},
	}.Decide)
	must(t, err)
	first := b.postTo(gym, "77001", pull(1))
	b.postTo("other", "77001", pull(1))
	again := b.postTo(gym, "77001", pull(1))
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{first: domain.Filed, again: domain.Rejected})
	if by := b.item(gym, again).HeldBy; by == nil || by.Rule != "odfi/231380104/duplicates" {
		t.Errorf("rejected by %+v", by)
	}
}

// uploadTo sends in a file of the client's with a debit of $10.25 to each of
// some accounts.
func (b *bank) uploadTo(accounts ...string) string {
	b.t.Helper()
	return b.uploadAs("DUES NOV", accounts...)
}

// uploadAs is uploadTo under a description.
func (b *bank) uploadAs(description string, accounts ...string) string {
	b.t.Helper()
	a, err := b.upload(rendered(b.t, payroll(len(accounts), func(f *nacha.File) {
		f.Header.Modifier = string(rune('A' + b.uploaded))
		f.Batches = f.Batches[:1]
		f.Batches[0].Header.Description = description
		for i := range f.Batches[0].Entries {
			e := &f.Batches[0].Entries[i]
			e.Code, e.AmountCents, e.Account = 27, 1025, accounts[i]
		}
	})))
	b.uploaded++
	must(b.t, err)
	return a.FileID
}

func TestAFileWithTheSamePaymentTwiceOrOneThatWasSentIsHeldWhole(t *testing.T) {
	b := openBank(t, comparing(5, guard.Hold))
	posted := b.postTo(gym, "77001", pull(1))
	inItself := b.uploadTo("88001", "88002", "88001")
	sent := b.uploadTo("88003", "77001")
	alone := b.uploadTo("88004", "88005")
	behind := b.postTo(gym, "88004", pull(1)) // whose file comes before it
	must(t, b.batcher.Sweep(t.Context()))
	b.fileStands(alone, domain.FileIsDelivered)
	f := b.fileStands(inItself, domain.FileIsHeld)
	if entries := transactionsOf(f); f.HeldBy == nil || f.HeldBy.Rule != "duplicates" || f.HeldBy.OtherTransaction != entries[0] {
		t.Errorf("held by %+v, entries %q", f.HeldBy, entries)
	}
	if f := b.fileStands(sent, domain.FileIsHeld); f.HeldBy == nil || f.HeldBy.OtherTransaction != posted {
		t.Errorf("held by %+v", f.HeldBy)
	}
	b.stands(map[string]domain.State{posted: domain.Pending, behind: domain.Held})

	twice := b.uploadTo("88004", "88005")
	must(t, b.batcher.Sweep(t.Context()))
	b.fileStands(twice, domain.FileIsHeld)
	_, err := ledger.Execute(t.Context(), b.Ledger, ledger.FileStream(gym, twice), domain.ApproveFile{Reason: "a call"}.Decide)
	must(t, err)
	must(t, b.files.Release(t.Context(), inItself, domain.ReleaseFile{Reason: "one by one", Then: domain.ThenWait}))
	b.rebuilt()
	b.sweepAt("2026-11-20 14:30")
	b.fileStands(twice, domain.FileIsDelivered)
	entries := transactionsOf(f)
	b.stands(map[string]domain.State{entries[0]: domain.Filed, entries[1]: domain.Filed, entries[2]: domain.Held, posted: domain.Filed, behind: domain.Held})
}

// An entry keeps being judged as the client's own when its file is released
// and it waits by itself.
func TestAReversalInAClientsOwnFileIsComparedLikeAnyEntry(t *testing.T) {
	b := openBank(t, comparing(5, guard.Hold))
	file := b.uploadAs("REVERSAL", "88001", "88001")
	must(t, b.batcher.Sweep(t.Context()))
	entries := transactionsOf(b.fileStands(file, domain.FileIsHeld))
	must(t, b.files.Release(t.Context(), file, domain.ReleaseFile{Reason: "one by one", Then: domain.ThenWait}))
	b.rebuilt()
	b.sweepAt("2026-11-20 14:30")
	b.stands(map[string]domain.State{entries[0]: domain.Filed, entries[1]: domain.Held})
}
