package ledger

import (
	"encoding/json"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// birthsIn is the purpose of the dates of birth of an international order. It
// is bound to its stream.
func birthsIn(stream string) string { return "births/" + stream }

// sealBirths seals the dates of birth of an order; nil where it has none.
func (l *Ledger) sealBirths(stream, client string, p domain.Proposal) (domain.Sealed, error) {
	births := p.Births()
	if births == (domain.Births{}) {
		return nil, nil
	}
	text, err := json.Marshal(births)
	if err != nil {
		return nil, err
	}
	sealed, err := l.Keys.Seal(client, text, birthsIn(stream))
	if err != nil {
		return nil, fmt.Errorf("seal dates of birth of client %s: %w", client, err)
	}
	return sealed, nil
}

// OpenBirths returns the transaction with the dates of birth of its order,
// which are sealed in the log; without any it returns the transaction itself.
func (l *Ledger) OpenBirths(t *domain.Transaction) (*domain.Transaction, error) {
	if t.Originated == nil || len(t.Originated.Births) == 0 {
		return t, nil
	}
	text, err := l.Keys.Open(t.Client, t.Originated.Births, birthsIn(domain.TransactionStream(t.Client, t.ID)))
	var births domain.Births
	if err == nil {
		err = json.Unmarshal(text, &births)
	}
	if err != nil {
		return nil, fmt.Errorf("open dates of birth of client %s: %w", t.Client, err)
	}
	return t.WithBirths(births), nil
}

// unhideBirths adds the dates of birth, which are masked in the log, to an
// entry that starts a payment.
func (l *Ledger) unhideBirths(t *domain.Transaction, i *domain.Item, e *domain.Entry) error {
	if i.Kind.IsAnswer() {
		return nil // an answer contains what it copied from the entry it answers
	}
	opened, err := l.OpenBirths(t)
	if err != nil || opened == t {
		return err
	}
	entry, err := opened.EntryOf(i)
	e.Entry.IAT = entry.Entry.IAT
	return err
}

// OpenIAT returns the international part of a payment with its dates of birth,
// which are masked in the log; nil for a domestic payment.
func (l *Ledger) OpenIAT(t *domain.Transaction) (*domain.IAT, error) {
	var whole domain.Sealed
	switch {
	case t.Received != nil:
		whole = t.Received.Whole
	case t.Originated != nil && t.Originated.Raw != nil:
		whole = t.Originated.Raw.Whole
	case t.Originated != nil && len(t.Originated.Births) > 0:
		opened, err := l.OpenBirths(t)
		if err != nil {
			return nil, err
		}
		return opened.Originated.Proposal.IAT, nil
	}
	if len(whole) == 0 {
		return nil, nil
	}
	e, err := l.OpenWhole(domain.TransactionStream(t.Client, t.ID), t.Client, whole)
	if err != nil {
		return nil, err
	}
	return domain.ReceivedIAT(e.Header, e.Entry), nil
}
