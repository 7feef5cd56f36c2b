package workers

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// over originates an entry over a relationship.
func (b *bank) over(over domain.Over, p domain.Proposal) string {
	b.t.Helper()
	id := uuid.Must(uuid.NewV7()).String()
	account, err := b.SealAccountIn(domain.TransactionStream(gym, id), gym, p.ToRouting, "770000123", p.ToAccountType)
	must(b.t, err)
	c, err := b.Ledger.Client(context.Background(), gym)
	must(b.t, err)
	events, err := domain.Originate{
		TransactionID: id, ItemID: itemOf(id), Proposal: p, Number: "770000123", Account: account, Ours: true, Over: &over,
	}.Decide(c, domain.Transaction{})
	must(b.t, err)
	b.write(domain.TransactionStream(gym, id), gym, 0, events...)
	return id
}

// linked approves a relationship after a micro-deposit, which it returns too.
func (b *bank) linked() (link domain.Over, micro string) {
	b.t.Helper()
	link = domain.Over{Holder: "0c1b8ad5-5a3e-4d40-9a3c-3a0f2d6d2f10", RelationshipID: "r1"}
	micro = b.over(link, pull(0, push, cents(12), func(p *domain.Proposal) { p.Description = "ACCTVERIFY" }))
	b.write(domain.HolderStream(gym, link.Holder), gym, 0,
		domain.AccountLinked{RelationshipID: "r1", Account: "a"},
		domain.LinkVerifying{RelationshipID: "r1", Method: domain.VerifyByMicroDeposits, Transactions: []string{micro}, Attempt: 1},
		domain.LinkApproved{RelationshipID: "r1"})
	return link, micro
}

// A fee over a link whose account its bank refused is rejected when it would be
// cut: it neither leaves nor stays, to be tried in every pass.
func TestNoReturnFeeWaitsForAnAccountThatItsBankRefused(t *testing.T) {
	b := openBank(t)
	link, micro := b.linked()
	id := b.over(link, pull(1))
	b.sweepAt("2026-11-20 14:31")
	b.cameBack(id)
	tx, err := b.Transaction(t.Context(), gym, id)
	must(t, err)
	b.write(domain.TransactionStream(gym, id), gym, tx.Version,
		domain.TransactionReturnFeeRequested{Outgoing: domain.Outgoing{ItemID: "fee", ReplyTo: "return-" + id, AmountCents: 2500}})
	b.cameBack(micro)
	b.sweepAt("2026-11-24 10:16")
	tx, err = b.Transaction(t.Context(), gym, id)
	must(t, err)
	if fee, _ := tx.Item("fee"); fee.State != domain.Rejected || !strings.Contains(fee.Reason, "its bank returned the micro-deposit as R01") {
		t.Errorf("the fee is %s: %s", fee.State, fee.Reason)
	}
	b.verify()
}

// A client takes its micro-deposit back, and finds no money: the account is the one
// that was verified.
func TestALinkStandsWhenTheReversalOfItsMicroDepositComesBack(t *testing.T) {
	b := openBank(t)
	link, micro := b.linked()
	b.sweepAt("2026-11-20 14:31")
	reversal := b.reverse(micro)
	b.sweepAt("2026-11-20 16:31")
	b.itemBack(micro, reversal, "R01")
	transfer := b.over(link, pull(1))
	b.sweepAt("2026-11-24 10:16")
	if i := b.item(gym, transfer); i.State != domain.Filed {
		t.Errorf("a transfer over it is %s: %s", i.State, i.Reason)
	}
	open, err := b.views.OpenRelationships(t.Context(), projections.Refused, 0, 10)
	if err != nil || len(open) != 0 {
		t.Errorf("refused are %+v, %v", open, err)
	}
	b.verify()
}

// The operator refuses the file of two transfers when they should have settled and
// their link was canceled. The receiver's authorization has ended, so that the debit
// stays; what the receiver was to get is paid.
func TestNoDebitLeavesAgainOverALinkThatEndedMeanwhile(t *testing.T) {
	b := openBank(t)
	link, _ := b.linked()
	debit, credit := b.over(link, pull(1)), b.over(link, pull(2, push))
	b.sweepAt("2026-11-20 14:31")
	b.clock.Set(at("2026-11-23 09:00"))
	h, err := b.Holder(t.Context(), gym, link.Holder)
	must(t, err)
	r, _ := h.Relationship(link.RelationshipID)
	flying, err := b.InFlight(t.Context(), h, r)
	must(t, err)
	events, err := domain.CancelRelationship{RelationshipID: r.ID, InFlight: flying}.Decide(h)
	must(t, err)
	b.write(domain.HolderStream(gym, link.Holder), gym, h.Version, events...)
	b.refuse(b.onlyFile())
	b.sweepAt("2026-11-23 10:16")
	if i := b.item(gym, debit); i.State != domain.Rejected || !strings.Contains(i.Reason, "was canceled, and the receiver's authorization with it") {
		t.Errorf("the debit is %s: %s", i.State, i.Reason)
	}
	if i := b.item(gym, credit); i.State != domain.Filed {
		t.Errorf("the credit is %s: %s", i.State, i.Reason)
	}
	b.verify()
}

// A micro-deposit that comes back while a file is filled keeps what is not in
// the file yet from leaving.
func TestNoTransferIsFiledAfterTheMicroDepositOfItsLinkCameBack(t *testing.T) {
	b := openBank(t)
	link, micro := b.linked()
	b.sweepAt("2026-11-20 14:31")
	b.limits.AppendEvents = 1
	b.newWorkers()
	first, second := b.over(link, pull(1)), b.over(link, pull(2))
	other := b.post(gym, pull(3))
	b.fault = onceAt("after fill", 1, func() { b.cameBack(micro) })
	b.sweepAt("2026-11-20 16:31")
	states := ""
	for _, id := range []string{first, second, other} {
		states += string(b.item(gym, id).State) + " "
	}
	if states != "filed rejected filed " {
		t.Errorf("the entries are %s", states)
	}
	if reason := b.item(gym, second).Reason; !strings.Contains(reason, "its bank returned the micro-deposit as R01") {
		t.Errorf("it was rejected because %s", reason)
	}
	b.verify()
}
