package ledger

import (
	"fmt"

	"github.com/achledger/achledger/domain"
)

// Purposes bind a sealed value to its use, so that one cannot be put in the
// place of another.
const (
	forAccount = "account"
	forData    = "corrected-data"
)

// SealAccount seals an account number for the log.
func (l *Ledger) SealAccount(client, routing, number, accountType string) (domain.Account, error) {
	sealed, err := l.Keys.Seal(client, []byte(number), forAccount)
	if err != nil {
		return domain.Account{}, fmt.Errorf("seal an account of client %s: %w", client, err)
	}
	print, err := l.Keys.Fingerprint(client, routing, number, accountType)
	if err != nil {
		return domain.Account{}, fmt.Errorf("fingerprint an account of client %s: %w", client, err)
	}
	return domain.Account{Sealed: sealed, Tail: domain.Tail(number), Fingerprint: print}, nil
}

// OpenAccount is the inverse of SealAccount. Only rendering, matching and
// answers to a credential with scope reveal may call it.
func (l *Ledger) OpenAccount(client string, a domain.Account) (string, error) {
	number, err := l.Keys.Open(client, a.Sealed, forAccount)
	if err != nil {
		return "", fmt.Errorf("open an account of client %s: %w", client, err)
	}
	return string(number), nil
}

// SealData seals the corrected data of a notification of change.
func (l *Ledger) SealData(client, data string) (domain.Sealed, error) {
	sealed, err := l.Keys.Seal(client, []byte(data), forData)
	if err != nil {
		return nil, fmt.Errorf("seal corrected data of client %s: %w", client, err)
	}
	return sealed, nil
}

// OpenData is the inverse of SealData.
func (l *Ledger) OpenData(client string, d domain.Sealed) (string, error) {
	data, err := l.Keys.Open(client, d, forData)
	if err != nil {
		return "", fmt.Errorf("open corrected data of client %s: %w", client, err)
	}
	return string(data), nil
}

// Reveal puts into the entry of an item what only a file may show: the account
// number, and the corrected data of a notification of change or of its
// refusal.
func (l *Ledger) Reveal(t *domain.Transaction, i *domain.Item, e *domain.Entry) error {
	account, err := l.OpenAccount(t.Client, t.Account)
	if err != nil {
		return err
	}
	data := ""
	switch {
	case e.Entry.Correction != nil && i.Outgoing != nil:
		data, err = l.OpenData(t.Client, i.Outgoing.Data)
	case e.Entry.RefusedChange != nil:
		if to, ok := t.Item(i.ReplyTo); ok && to.Incoming != nil {
			data, err = l.OpenData(t.Client, to.Incoming.Data)
		}
	}
	if err != nil {
		return err
	}
	e.Reveal(account, data)
	return nil
}
