package relationships_test

import (
	"context"
	"testing"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// The sealed number in a link's account, which waits for its verification, was
// replaced by that of another account.
func TestALinkWhoseAccountWasExchangedSendsNothing(t *testing.T) {
	for _, method := range []string{domain.VerifyByPrenote, domain.VerifyByMicroDeposits} {
		o := newOffice(t, method)
		ctx := context.Background()
		_, other, err := o.UseAccount(ctx, "gym", "121042882", "7777777", domain.Checking)
		must(t, err)
		account, changes, err := o.UseAccount(ctx, "gym", "121042882", "8888888", domain.Checking)
		must(t, err)
		opened := changes[0].Events[0].(domain.AccountOpened)
		opened.Account.Sealed = other[0].Events[0].(domain.AccountOpened).Account.Sealed
		changes[0].Events[0] = opened
		const holder = "0c1b8ad5-5a3e-4d40-9a3c-3a0f2d6d2f10"
		events, err := domain.LinkAccount{RelationshipID: holder, Account: account.ID, OwnerName: "TEST PERSON", AccountType: domain.Checking}.Decide(domain.Holder{})
		must(t, err)
		o.write(append(changes, ledger.Change{Stream: domain.HolderStream("gym", holder), Client: "gym", Events: events})...)
		sound := o.link()
		must(t, o.worker.Sweep(ctx))
		if r := o.relationship(holder); r.Status != domain.RelationshipRejected || len(r.Sent) != 0 {
			t.Errorf("%s: the link is %s and sent %v", method, r.Status, r.Sent)
		}
		if r := o.relationship(sound); len(r.Sent) == 0 {
			t.Errorf("%s: the link beside it is %s", method, r.Status)
		}
	}
}
