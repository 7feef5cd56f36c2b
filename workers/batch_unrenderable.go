package workers

import (
	"context"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// sound filters a page for items that a file can carry. Every other item is
// held for a person: once filed, it would keep its whole file from leaving. An
// item that cannot be held now waits for the next pass.
func (b *Batcher) sound(ctx context.Context, page []projections.QueuedItem) []projections.QueuedItem {
	return slices.DeleteFunc(page, func(w projections.QueuedItem) bool {
		if w.Fault == "" {
			return false
		}
		hold := domain.HoldUnrenderable{ItemID: w.ItemID}
		if _, err := ledger.Execute(ctx, b.Files.Ledger, ledger.TransactionStream(w.Client, w.TransactionID), hold.Decide); err != nil {
			b.Log.Error("an item that no file can carry could not be held", "client", w.Client, "transaction", w.TransactionID, "err", err)
			return true
		}
		b.Log.Warn("no file can carry an item: it is held for a person", "client", w.Client, "transaction", w.TransactionID,
			"event", w.ItemID, "why", w.Fault)
		return true
	})
}
