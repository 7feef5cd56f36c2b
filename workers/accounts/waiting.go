package accounts

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// applyToWaiting applies corrections to the waiting transactions of some clients.
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
				return c.correct(ctx, t)
			})
			if err != nil {
				errs = append(errs, fmt.Errorf("lead transaction %s to its corrected account: %w", m.TransactionID, err))
			}
		}
	}
	return errors.Join(errs...)
}

// correct changes the account of a waiting transaction if the corrections made
// after the client named the account lead to another one now: a newer one, or
// back after a refusal. If the entry was cut before, nothing changes: it leaves
// with the old data, and the bank sends another notification.
func (c *Corrections) correct(ctx context.Context, t domain.Transaction) ([]domain.Event, error) {
	o := t.Origination()
	if t.Originated == nil || o == nil || !o.Waits() {
		return nil, nil
	}
	named := t.NamedAccount()
	asked, err := c.Ledger.BankAccount(ctx, t.Client, named.Account)
	if err != nil || asked.Version == 0 {
		return nil, err
	}
	account, err := c.Ledger.Resolve(ctx, t.Client, asked.ID, named.SetAt)
	if err != nil || account.ID == t.Account.Fingerprint || account.Type == domain.Loan && t.Originated.Proposal.PushPull == domain.Pull {
		return nil, err
	}
	number, err := c.Ledger.OpenBankAccount(t.Client, account)
	if err != nil {
		return nil, err
	}
	follow := domain.FollowCorrection{
		To: domain.ItemAccount{Routing: account.Routing, AccountType: account.Type}, Correction: asked.CorrectionAfter(named.SetAt),
	}
	follow.To.Account, err = c.Ledger.SealAccountIn(domain.TransactionStream(t.Client, t.ID), t.Client, account.Routing, number, account.Type)
	if err != nil {
		return nil, err
	}
	return follow.Decide(t)
}
