package ledger

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/domain"
)

// BankAccount reads a client's bank account; one never used has version 0.
func (l *Ledger) BankAccount(ctx context.Context, client, id string) (domain.BankAccount, error) {
	return Load(ctx, l, AccountStream(client, id))
}

// OpenBankAccount opens the number of a bank account. If number, bank or
// account type are not those with which the account was opened, it returns
// ErrMoved or seal.ErrNotAuthentic: nothing may be paid to it.
func (l *Ledger) OpenBankAccount(client string, a domain.BankAccount) (string, error) {
	number, err := l.OpenAccount(client, a.Account)
	if err != nil {
		return "", err
	}
	print, err := l.Keys.Fingerprint(client, a.Routing, number, a.Type)
	if err != nil {
		return "", fmt.Errorf("fingerprint an account of client %s: %w", client, err)
	}
	if domain.AccountStream(client, print) != a.Account.In {
		return "", fmt.Errorf("%w (the account's fingerprint)", ErrMoved)
	}
	return number, nil
}

// UseAccount finds the bank account with the given numbers. If the client never
// used it before, it also returns the change that opens it, which is to be
// written together with the name that points to it. When another writer opens
// it first, that fails with a VersionError; decide again.
func (l *Ledger) UseAccount(ctx context.Context, client, routing, number, accountType string) (domain.BankAccount, []Change, error) {
	id, err := l.Keys.Fingerprint(client, routing, number, accountType)
	if err != nil {
		return domain.BankAccount{}, nil, fmt.Errorf("fingerprint an account of client %s: %w", client, err)
	}
	account, err := l.BankAccount(ctx, client, id)
	if err != nil || account.Version > 0 {
		return account, nil, err
	}
	stream := domain.AccountStream(client, id)
	sealed, err := l.SealAccountIn(stream, client, routing, number, accountType)
	if err != nil {
		return domain.BankAccount{}, nil, err
	}
	opened := domain.AccountOpened{Routing: routing, AccountType: accountType, Account: sealed}
	account = domain.BankAccount{ID: sealed.Fingerprint, Routing: routing, Type: accountType, Account: sealed, OpenedAt: l.Now()}
	return account, []Change{{
		Stream: stream, Client: client, Events: []domain.Event{opened},
	}}, nil
}

// OpensAccountOf returns the event that opens the bank account of a
// transaction, with its number sealed for that stream.
func (l *Ledger) OpensAccountOf(t domain.Transaction) (domain.AccountOpened, error) {
	number, err := l.OpenAccount(t.Client, t.Account)
	if err != nil {
		return domain.AccountOpened{}, err
	}
	stream := domain.AccountStream(t.Client, t.Account.Fingerprint)
	sealed, err := l.SealAccountIn(stream, t.Client, t.Routing, number, t.AccountType)
	return domain.AccountOpened{Routing: t.Routing, AccountType: t.AccountType, Account: sealed}, err
}

// ofAccount returns the changes that new events of a transaction make to its
// bank account. The account is opened if it had no name.
func (l *Ledger) ofAccount(ctx context.Context, t domain.Transaction, events []domain.Event) ([]Change, error) {
	said, entry := domain.OfAccount(t, events)
	if said == nil {
		return nil, nil
	}
	t = t.SentTo(entry)
	beside := []domain.Event{said}
	account, err := l.BankAccount(ctx, t.Client, t.Account.Fingerprint)
	if err != nil {
		return nil, err
	}
	if account.Version == 0 {
		opened, err := l.OpensAccountOf(t)
		if err != nil {
			return nil, err
		}
		beside = append([]domain.Event{opened}, said)
	}
	return []Change{{
		Stream: domain.AccountStream(t.Client, t.Account.Fingerprint), Client: t.Client, Expect: account.Version, Events: beside,
	}}, nil
}

// maxCorrections bounds how many corrections are followed for a name.
const maxCorrections = 50

// Resolve follows the corrections of a bank account, from the one to which a
// name was pointed at a log position to the present one.
func (l *Ledger) Resolve(ctx context.Context, client, id string, setAt int64) (domain.BankAccount, error) {
	for range maxCorrections {
		account, err := l.BankAccount(ctx, client, id)
		if err != nil {
			return account, err
		}
		if account.Version == 0 {
			return account, fmt.Errorf("client %s has no bank account %s", client, id)
		}
		next := account.CorrectionAfter(setAt)
		if next.To == "" {
			return account, nil
		}
		id, setAt = next.To, next.Position
	}
	return domain.BankAccount{}, fmt.Errorf("bank account %s of client %s was corrected more than %d times", id, client, maxCorrections)
}

// Redirect returns the event by which a transaction follows the corrections made
// after the client named its account, if they lead to another one now: a newer
// one, or back after a refusal. There is none if nothing waits that leaves with
// the account; beside are new events of the transaction.
func (l *Ledger) Redirect(ctx context.Context, t domain.Transaction, beside ...domain.Event) ([]domain.Event, error) {
	if t.Originated == nil || !t.LeavesWithAccount(beside) {
		return nil, nil
	}
	correction, account, err := l.correctedTo(ctx, t, t.AccountToFollow(beside))
	if err != nil || account.Version == 0 || account.ID == t.Account.Fingerprint {
		return nil, err
	}
	number, err := l.OpenBankAccount(t.Client, account)
	if err != nil {
		return nil, err
	}
	follow := domain.FollowCorrection{
		To: domain.ItemAccount{Routing: account.Routing, AccountType: account.Type}, Correction: correction, Beside: beside,
	}
	follow.To.Account, err = l.SealAccountIn(domain.TransactionStream(t.Client, t.ID), t.Client, account.Routing, number, account.Type)
	if err != nil {
		return nil, err
	}
	return follow.Decide(t)
}

// correctedTo follows the corrections of a name of a transaction's account, and
// returns the first of them. The account has version 0 if nobody opened the one that
// was named, as without corrections, or if the transaction cannot debit it.
func (l *Ledger) correctedTo(ctx context.Context, t domain.Transaction, named domain.Named) (domain.AccountCorrection, domain.BankAccount, error) {
	asked, err := l.BankAccount(ctx, t.Client, named.Account)
	if err != nil || asked.Version == 0 {
		return domain.AccountCorrection{}, domain.BankAccount{}, err
	}
	account, err := l.Resolve(ctx, t.Client, asked.ID, named.SetAt)
	if err != nil || account.Type == domain.Loan && t.Originated.Proposal.PushPull == domain.Pull {
		return domain.AccountCorrection{}, domain.BankAccount{}, err
	}
	return asked.CorrectionAfter(named.SetAt), account, nil
}

// AccountForNew returns the account, and its number, to which a new entry goes that
// replaces a transaction's: the one that the client named for that, as notifications
// of change have corrected it.
func (l *Ledger) AccountForNew(ctx context.Context, t domain.Transaction) (to domain.ItemAccount, number string, err error) {
	_, account, err := l.correctedTo(ctx, t, t.NamedAccount())
	if err != nil {
		return to, "", err
	}
	if account.Version == 0 {
		t = t.SentTo(t.Origination().ID)
		number, err = l.OpenAccount(t.Client, t.Account)
		return domain.ItemAccount{Routing: t.Routing, AccountType: t.AccountType, Account: t.Account}, number, err
	}
	number, err = l.OpenBankAccount(t.Client, account)
	return domain.ItemAccount{Routing: account.Routing, AccountType: account.Type, Account: account.Account}, number, err
}

// Token reads a client's vault token.
func (l *Ledger) Token(ctx context.Context, client, id string) (domain.VaultToken, error) {
	return Load(ctx, l, TokenStream(client, id))
}

// CustomerKey returns the name of a client's customer in the log.
func (l *Ledger) CustomerKey(client, key string) (string, error) {
	return l.Keys.Fingerprint(client, "customer", key)
}

// Customer reads a client's customer by the name from CustomerKey.
func (l *Ledger) Customer(ctx context.Context, client, name string) (domain.Customer, error) {
	return Load(ctx, l, CustomerStream(client, name))
}

// Recipient reads a client's recipient.
func (l *Ledger) Recipient(ctx context.Context, client, id string) (domain.Recipient, error) {
	return Load(ctx, l, RecipientStream(client, id))
}

// Profile reads a client's ACH Pro profile.
func (l *Ledger) Profile(ctx context.Context, client string) (domain.Profile, error) {
	return Load(ctx, l, ProfileStream(client))
}

// ProfileFile reads a client's ACH Pro file.
func (l *Ledger) ProfileFile(ctx context.Context, client, id string) (domain.ProfileFile, error) {
	return Load(ctx, l, ProfileFileStream(client, id))
}
