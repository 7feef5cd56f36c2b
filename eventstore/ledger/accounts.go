package ledger

import (
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/seal"
)

// Purposes bind a sealed value to its use, so that one cannot replace another.
const (
	forAccount = "account"
	forData    = "corrected-data"
)

// inStream is the purpose of an account number in a stream. In another stream
// the sealed number cannot be opened. Earlier releases sealed with forAccount
// alone.
func inStream(stream string) string { return forAccount + "/" + stream }

// dataOf is the purpose of corrected data, which may be an account number as
// well: it is bound to its item. Earlier releases sealed with forData alone.
func dataOf(stream, item string) string { return forData + "/" + stream + "/" + item }

// SealAccountIn seals an account number for a stream of the log.
func (l *Ledger) SealAccountIn(stream, client, routing, number, accountType string) (domain.Account, error) {
	sealed, err := l.Keys.Seal(client, []byte(number), inStream(stream))
	if err != nil {
		return domain.Account{}, fmt.Errorf("seal an account of client %s: %w", client, err)
	}
	print, err := l.Keys.Fingerprint(client, routing, number, accountType)
	if err != nil {
		return domain.Account{}, fmt.Errorf("fingerprint an account of client %s: %w", client, err)
	}
	return domain.Account{Sealed: sealed, Tail: domain.Tail(number), Fingerprint: print, In: stream}, nil
}

// OpenAccount is the inverse of SealAccountIn. It may only be called for
// rendering, for matching, and for responses to a credential with scope reveal.
// A number that was sealed for another stream is seal.ErrNotAuthentic.
func (l *Ledger) OpenAccount(client string, a domain.Account) (string, error) {
	number, err := l.Keys.Open(client, a.Sealed, inStream(a.In))
	if errors.Is(err, seal.ErrNotAuthentic) {
		number, err = l.Keys.Open(client, a.Sealed, forAccount)
	}
	if err != nil {
		return "", fmt.Errorf("open an account of client %s: %w", client, err)
	}
	return string(number), nil
}

// OpenReceiving opens the pattern of a client's receiving account. Earlier
// releases sealed it with the ledger's own key.
func (l *Ledger) OpenReceiving(client string, m domain.AccountMatch) (string, error) {
	number, err := l.OpenAccount(client, m.Account)
	if err == nil || errors.Is(err, seal.ErrNoMaster) {
		return number, err
	}
	if older, e := l.OpenAccount(domain.LedgerClient, m.Account); e == nil {
		return older, nil
	}
	return "", err
}

// SealDataIn seals the corrected data of a notification of change, for an item
// in a stream of the log.
func (l *Ledger) SealDataIn(stream, item, client, data string) (domain.Sealed, error) {
	sealed, err := l.Keys.Seal(client, []byte(data), dataOf(stream, item))
	if err != nil {
		return nil, fmt.Errorf("seal corrected data of client %s: %w", client, err)
	}
	return sealed, nil
}

// OpenDataIn is the inverse of SealDataIn. Data that was sealed for another
// item is seal.ErrNotAuthentic.
func (l *Ledger) OpenDataIn(stream, item, client string, d domain.Sealed) (string, error) {
	data, err := l.Keys.Open(client, d, dataOf(stream, item))
	if errors.Is(err, seal.ErrNotAuthentic) {
		data, err = l.Keys.Open(client, d, forData)
	}
	if err != nil {
		return "", fmt.Errorf("open corrected data of client %s: %w", client, err)
	}
	return string(data), nil
}

// OpenDataOf opens the corrected data of an item, received or to be sent; it is
// empty where there is none.
func (l *Ledger) OpenDataOf(t *domain.Transaction, i *domain.Item) (string, error) {
	var sealed domain.Sealed
	switch {
	case i.Incoming != nil:
		sealed = i.Incoming.Data
	case i.Outgoing != nil:
		sealed = i.Outgoing.Data
	}
	if len(sealed) == 0 {
		return "", nil
	}
	return l.OpenDataIn(domain.TransactionStream(t.Client, t.ID), i.ID, t.Client, sealed)
}

// Reveal adds to the entry of an item what only a file may contain: the account
// number, and the corrected data of a notification of change or of its refusal.
// It returns the number as it was sealed.
func (l *Ledger) Reveal(t *domain.Transaction, i *domain.Item, e *domain.Entry) (number string, err error) {
	number, err = l.OpenAccount(t.Client, t.InRecordOf(i).Account)
	if err != nil {
		return "", err
	}
	if whole := t.WholeOf(i); len(whole) > 0 {
		if err := l.unhide(t, i, whole, e); err != nil {
			return "", err
		}
	}
	if err := l.unhideBirths(t, i, e); err != nil {
		return "", err
	}
	data := ""
	switch {
	case e.Entry.Correction != nil && i.Outgoing != nil:
		data, err = l.OpenDataOf(t, i)
	case e.Entry.RefusedChange != nil:
		if to, ok := t.Item(i.ReplyTo); ok && to.Incoming != nil {
			data, err = l.OpenDataOf(t, to)
		}
	}
	if err != nil {
		return "", err
	}
	e.Reveal(number, data)
	return number, nil
}
