package workers

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// unanswered closes the requests for return that the receiving bank did not
// answer in time, and says so: what becomes of them is between the banks.
func (b *Batcher) unanswered(ctx context.Context, now time.Time) error {
	var errs []error
	for after := (projections.ReturnRequest{}); ; {
		list, err := b.Views.LapsedRequests(ctx, now, after, pageItems)
		if err != nil {
			return fmt.Errorf("read which requests for return were not answered: %w", err)
		}
		for _, r := range list {
			close := domain.Unanswered{ItemID: r.ItemID, Now: now}
			if _, err := ledger.Execute(ctx, b.Files.Ledger, ledger.TransactionStream(r.Client, r.TransactionID), close.Decide); err != nil {
				errs = append(errs, fmt.Errorf("close request %s of transaction %s: %w", r.ItemID, r.TransactionID, err))
				continue
			}
			b.Log.Warn("a bank did not answer a request for return in time", "client", r.Client, "transaction", r.TransactionID, "bank", r.Routing)
		}
		if len(list) < pageItems {
			return errors.Join(errs...)
		}
		after = list[len(list)-1]
	}
}
