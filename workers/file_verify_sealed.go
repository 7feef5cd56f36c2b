package workers

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// sealed checks that each sealed value of an event can be opened in its place
// and is what was recorded with it. The hash chain alone only proves that the
// log is consistent, and a chain can be made without any key.
func (r *verifier) sealed(e eventstore.Recorded) error {
	check := r.opens
	switch e.Type {
	case domain.TransactionOriginated{}.Type(), domain.TransactionReceived{}.Type(), domain.TransactionAccountChanged{}.Type(),
		domain.TransactionCorrected{}.Type(), domain.TransactionChangeRefused{}.Type(), domain.TransactionCorrectionRequested{}.Type(),
		domain.AccountOpened{}.Type(), domain.EntryQueued{}.Type(), domain.ClientOpened{}.Type(), domain.ClientChanged{}.Type(),
		domain.CredentialIssuedV2{}.Type(), domain.WebhookOpened{}.Type(), domain.WebhookSecretRotated{}.Type():
	case domain.FileFilled{}.Type():
		if !bytes.Contains(e.Data, []byte(`"balance":`)) {
			return nil
		}
	default:
		if !bytes.Contains(e.Data, []byte(`"whole":`)) {
			return nil
		}
		check = func(string, string, domain.Fact) error { return nil }
	}
	fact, err := ledger.Fact(e)
	if err != nil {
		return err
	}
	err = errors.Join(check(e.Client, e.Stream, fact), r.opensWhole(e.Client, fact))
	switch {
	case err == nil:
		if e.Type == (domain.TransactionOriginated{}).Type() {
			r.attested.add(e.Position)
		}
	case ledger.Exchanged(err):
		r.problem("position %d: %s of client %s: %v", e.Position, e.Stream, e.Client, err)
	case r.NotCheckable(err):
		r.found.Unopened++
	default:
		return fmt.Errorf("position %d: %w", e.Position, err)
	}
	return nil
}

// opens opens the sealed values of one event.
func (r *verifier) opens(client, stream string, fact domain.Fact) error {
	l := r.Ledger
	switch e := fact.Event.(type) {
	case *domain.ClientOpened, *domain.ClientChanged:
		return r.opensSettings(client, fact)
	case *domain.FileFilled:
		return r.opensOffsets(client, fact)
	case *domain.CredentialIssuedV2:
		if domain.CredentialStream(e.Key) != stream {
			return fmt.Errorf("%w (it says it is credential %s)", ledger.ErrMoved, e.Key)
		}
		return l.CheckSecretHash(e.Key, e.SealedHash)
	case *domain.WebhookOpened:
		return opensWebhook(l, client, stream, e.Secret)
	case *domain.WebhookSecretRotated:
		return opensWebhook(l, client, stream, e.Secret)
	case *domain.TransactionCorrected, *domain.TransactionChangeRefused, *domain.TransactionCorrectionRequested:
		return r.opensCorrectedData(client, stream, fact)
	case *domain.AccountOpened:
		a := domain.BankAccount{}
		a.Evolve(fact)
		return r.account(client, a.Account, e.Routing, e.AccountType)
	case *domain.TransactionAccountChanged:
		a := e.Account
		a.In = fact.Stream
		return r.account(client, a, e.Routing, e.AccountType)
	case *domain.EntryQueued:
		q := *e
		q.Account.In = fact.Stream
		_, _, err := l.OpenQueued(&q)
		return err
	default:
		return r.opensTransaction(client, fact)
	}
}

// opensSettings opens the receiving accounts and offset accounts of a client.
func (r *verifier) opensSettings(client string, fact domain.Fact) error {
	c := domain.Client{}
	c.Evolve(fact)
	for _, m := range c.Settings.ReceivingAccounts {
		if _, err := r.Ledger.OpenReceiving(client, m); err != nil {
			return err
		}
	}
	for _, b := range c.Settings.Balance {
		if err := r.account(client, b.Account, b.Routing, b.AccountType); err != nil {
			return err
		}
	}
	return nil
}

// opensOffsets opens the offset accounts of a file's batches.
func (r *verifier) opensOffsets(client string, fact domain.Fact) error {
	f := domain.File{}
	f.Evolve(fact)
	for _, b := range f.Batches {
		if b.Balance == nil {
			continue
		}
		if err := r.account(client, b.Balance.Account, b.Balance.Routing, b.Balance.AccountType); err != nil {
			return err
		}
	}
	return nil
}

// opensCorrectedData opens the corrected data of a notification of change, or of
// its refusal.
func (r *verifier) opensCorrectedData(client, stream string, fact domain.Fact) error {
	t := domain.Transaction{Client: client}
	t.Evolve(fact)
	var ok bool
	if _, t.ID, ok = domain.SplitTransactionStream(stream); !ok {
		return fmt.Errorf("%w (it is no transaction's)", ledger.ErrMoved)
	}
	_, err := r.Ledger.OpenDataOf(&t, t.Items[len(t.Items)-1])
	return err
}

// opensTransaction opens the account of a transaction at its beginning, which
// must be the attested one, and the data of an entry that was received.
func (r *verifier) opensTransaction(client string, fact domain.Fact) error {
	t := domain.Transaction{Client: client}
	t.Evolve(fact)
	if domain.TransactionStream(client, t.ID) != fact.Stream {
		return fmt.Errorf("%w (it says it is %s)", ledger.ErrMoved, t.ID)
	}
	number, err := r.Ledger.OpenAccount(client, t.Account)
	if err != nil {
		return err
	}
	if err := r.Ledger.Attest(&t, number); err != nil || t.Received == nil {
		return err
	}
	_, err = r.Ledger.OpenDataOf(&t, t.Items[0])
	return err
}

// opensWebhook opens a webhook's secret, which is bound to the webhook.
func opensWebhook(l *ledger.Ledger, client, stream string, secret domain.Sealed) error {
	_, err := l.OpenWebhookSecret(client, strings.TrimPrefix(stream, domain.WebhookStream(client, "")), secret)
	return err
}

// opensWhole opens the sealed entry whose texts are masked in the log.
func (r *verifier) opensWhole(client string, fact domain.Fact) error {
	var whole domain.Sealed
	switch e := fact.Event.(type) {
	case interface{ Masked() domain.Sealed }:
		whole = e.Masked()
	case *domain.TransactionOriginated:
		if e.Raw != nil {
			whole = e.Raw.Whole
		}
	}
	if len(whole) == 0 {
		return nil
	}
	_, err := r.Ledger.OpenWhole(fact.Stream, client, whole)
	return err
}

// account opens an account and compares it with its fingerprint.
func (r *verifier) account(client string, a domain.Account, routing, kind string) error {
	number, err := r.Ledger.OpenAccount(client, a)
	if err != nil {
		return err
	}
	print, err := r.Ledger.Keys.Fingerprint(client, routing, number, kind)
	if err == nil && print != a.Fingerprint {
		err = fmt.Errorf("%w (the account's fingerprint)", ledger.ErrMoved)
	}
	return err
}
