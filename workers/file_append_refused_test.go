package workers

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
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

// A micro-deposit that comes back while a file is filled keeps what is not in
// the file yet from leaving.
func TestNoTransferIsFiledAfterTheMicroDepositOfItsLinkCameBack(t *testing.T) {
	b := openBank(t)
	holder := "0c1b8ad5-5a3e-4d40-9a3c-3a0f2d6d2f10"
	link := domain.Over{Holder: holder, RelationshipID: "r1"}
	micro := b.over(link, pull(0, push, cents(12), func(p *domain.Proposal) { p.Description = "ACCTVERIFY" }))
	b.write(domain.HolderStream(gym, holder), gym, 0,
		domain.AccountLinked{RelationshipID: "r1", Account: "a"},
		domain.LinkVerifying{RelationshipID: "r1", Method: domain.VerifyByMicroDeposits, Transactions: []string{micro}, Attempt: 1},
		domain.LinkApproved{RelationshipID: "r1"})
	b.sweepAt("2026-11-20 14:31")
	b.limits.AppendEvents = 1
	b.hire()
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
