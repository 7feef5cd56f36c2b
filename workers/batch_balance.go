package workers

import (
	"context"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// balanceable filters a page for entries whose batch can be balanced if it must
// be. Every other entry is held for a person: the settings of the bank or the
// client changed after it was accepted. An entry that cannot be held now waits
// for the next pass.
func (b *Batcher) balanceable(ctx context.Context, p *planner, page []projections.QueuedItem) []projections.QueuedItem {
	return slices.DeleteFunc(page, func(w projections.QueuedItem) bool {
		if w.AmountCents == 0 {
			return false
		}
		why := p.bank.Unbalanced(p.client, w.Header.CompanyID, w.Header.SEC)
		if why == nil {
			return false
		}
		hold := domain.HoldUnbalanced{ItemID: w.ItemID, Client: p.client, Profile: p.bank.BankProfile}
		if _, err := ledger.Execute(ctx, b.Files.Ledger, ledger.TransactionStream(w.Client, w.TransactionID), hold.Decide); err != nil {
			b.Log.Error("an entry whose batch cannot be balanced could not be held", "client", w.Client, "transaction", w.TransactionID, "err", err)
			return true
		}
		b.Log.Warn("the batch of an entry cannot be balanced: it is held for a person", "client", w.Client, "transaction", w.TransactionID,
			"event", w.ItemID, "why", why.Message)
		return true
	})
}
