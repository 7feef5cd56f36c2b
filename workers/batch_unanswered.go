package workers

import (
	"context"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// unanswered closes the requests for return that the receiving bank did not
// answer in time, and logs each: settling the matter is up to the two banks.
func (b *Batcher) unanswered(ctx context.Context, now time.Time) error {
	return eachListed("which requests for return were not answered", func(after projections.ReturnRequest) ([]projections.ReturnRequest, error) {
		return b.Views.LapsedRequests(ctx, now, after, pageItems)
	}, func(r projections.ReturnRequest) error {
		command := domain.Unanswered{ItemID: r.ItemID, Now: now}
		if _, err := ledger.Execute(ctx, b.Files.Ledger, ledger.TransactionStream(r.Client, r.TransactionID), command.Decide); err != nil {
			return fmt.Errorf("close request %s of transaction %s: %w", r.ItemID, r.TransactionID, err)
		}
		b.Log.Warn("a bank did not answer a request for return in time", "client", r.Client, "transaction", r.TransactionID, "bank", r.Routing)
		return nil
	})
}
