package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// applyToWaiting applies corrections to the waiting transactions of some clients,
// and to what waits after their entries. What was cut before leaves with the old
// data, and the bank sends another notification.
func (c *Corrections) applyToWaiting(ctx context.Context, clients []string) error {
	ctx = ledger.WithWorker(ctx, "accounts")
	if len(clients) == 0 {
		return nil
	}
	if err := c.Views.CatchUp(ctx); err != nil {
		return fmt.Errorf("wait for the views: %w", err)
	}
	var errs []error
	for _, client := range clients {
		list, err := c.Views.StaleAccountTransactions(ctx, client)
		if err != nil {
			return fmt.Errorf("read what waits of client %s: %w", client, err)
		}
		for _, m := range list {
			_, err := ledger.Execute(ctx, c.Ledger, ledger.TransactionStream(m.Client, m.TransactionID), func(t domain.Transaction) ([]domain.Event, error) {
				return c.Ledger.Redirect(ctx, t)
			})
			if err != nil {
				errs = append(errs, fmt.Errorf("lead transaction %s to its corrected account: %w", m.TransactionID, err))
			}
		}
	}
	return errors.Join(errs...)
}
