package ledger

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// Missed returns the correction in force that an order to an account would
// ignore; nil if there is none. It follows corrections from account to account.
// A chain that leads back to the first account means that the bank took its
// correction back.
func (l *Ledger) Missed(ctx context.Context, client string, of domain.Account) (*domain.MissedCorrection, error) {
	id := of.Fingerprint
	if l.Corrected != nil && !l.Corrected(client, id) {
		return nil, nil
	}
	at, setAt, newest := id, int64(0), domain.AccountCorrection{}
	for range maxCorrections {
		account, err := l.BankAccount(ctx, client, at)
		if err != nil {
			return nil, err
		}
		correction := account.CorrectionAfter(setAt)
		if correction.To == "" {
			if account.Version == 0 || at == id {
				return nil, nil
			}
			return &domain.MissedCorrection{
				Code: newest.Code, TransactionID: newest.TransactionID, ItemID: newest.ItemID,
				Routing: account.Routing, AccountType: account.Type, Tail: account.Account.Tail,
			}, nil
		}
		at, setAt, newest = correction.To, correction.Position, correction
	}
	return nil, nil // the corrections form a cycle: none is right
}
