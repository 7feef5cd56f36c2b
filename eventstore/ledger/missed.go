package ledger

import (
	"context"

	"github.com/achledger/achledger/domain"
)

// missed is the correction that an order misses which goes to an account under
// an id; nil where none is in force. Corrections are followed from one account
// to the next: one that leads back to where it began was taken back by its bank.
func (l *Ledger) missed(ctx context.Context, client, id string) (*domain.MissedCorrection, error) {
	if l.Corrected != nil && !l.Corrected(client, id) {
		return nil, nil
	}
	at, setAt, newest := id, int64(0), domain.Lead{}
	for range maxLeads {
		account, err := l.BankAccount(ctx, client, at)
		if err != nil {
			return nil, err
		}
		lead := account.LeadAfter(setAt)
		if lead.To == "" {
			if account.Version == 0 || at == id {
				return nil, nil
			}
			return &domain.MissedCorrection{
				Code: newest.Code, TransactionID: newest.TransactionID, ItemID: newest.ItemID,
				Routing: account.Routing, AccountType: account.Type, Tail: account.Account.Tail,
			}, nil
		}
		at, setAt, newest = lead.To, lead.Position, lead
	}
	return nil, nil // it goes in circles: nobody can say what is right
}

// Missed is what missed says of the account an entry goes to.
func (l *Ledger) Missed(ctx context.Context, client string, account domain.Account) (*domain.MissedCorrection, error) {
	return l.missed(ctx, client, account.Fingerprint)
}
