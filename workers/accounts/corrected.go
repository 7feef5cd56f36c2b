package accounts

import (
	"context"
	"errors"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
)

// leftAlone is the reason why a notification of change is not acted on. It
// contains no account number.
type leftAlone string

func (l leftAlone) Error() string { return string(l) }

// corrected returns the account that a notification of change corrects the
// transaction's account to, and the changes that open it if the client never
// used it. A notification that is invalid, that is about something else, such as
// C09, or that would turn the direction of the payment, is leftAlone.
func (c *Corrections) corrected(ctx context.Context, t domain.Transaction, item *domain.Item, known domain.BankAccount) (id string, opened []ledger.Change, err error) {
	in := item.Incoming
	data, err := c.Ledger.OpenDataOf(&t, item)
	if ledger.Exchanged(err) {
		return "", nil, leftAlone("its corrected data is not what was recorded: something of it was exchanged")
	}
	if err != nil {
		return "", nil, err
	}
	change, err := nacha.ParseChange(in.Entry.Correction.Code, data, in.Header.IAT != nil)
	var wrong *nacha.ChangeError
	if errors.As(err, &wrong) {
		return "", nil, leftAlone(wrong.Error())
	}
	if err != nil {
		return "", nil, err
	}
	if change.Routing == "" && change.Account == "" && change.Code == 0 {
		return "", nil, leftAlone("it says nothing about the account")
	}
	before, err := c.before(ctx, t, known)
	if err != nil {
		return "", nil, err
	}
	routing, kind := before.Routing, before.Type
	if change.Routing != "" {
		routing = change.Routing
	}
	if change.Code != 0 {
		if kind, err = corrects(change.Code, nacha.TransactionCode(in.Entry.Code)); err != nil {
			return "", nil, err
		}
	}
	number := strings.TrimSpace(change.Account)
	if number == "" {
		if number, err = c.Ledger.OpenAccount(t.Client, before.Account); err != nil {
			return "", nil, err
		}
	}
	account, opened, err := c.Ledger.UseAccount(ctx, t.Client, routing, number, kind)
	if err == nil && account.ID == t.Account.Fingerprint && len(known.Leads) == 0 { // with corrections, the bank takes back an earlier correction
		err = leftAlone("it says what is known already")
	}
	return account.ID, opened, err
}

// before returns the account to which earlier corrections lead the name of the
// answered entry. A notification names only the fields that are wrong: what an
// earlier one corrected stays as that said.
func (c *Corrections) before(ctx context.Context, t domain.Transaction, known domain.BankAccount) (domain.BankAccount, error) {
	if len(known.Leads) == 0 {
		return domain.BankAccount{ID: t.Account.Fingerprint, Routing: t.Routing, Type: t.AccountType, Account: t.Account}, nil
	}
	named := t.NamedAccount()
	return c.Ledger.Resolve(ctx, t.Client, named.Account, named.SetAt)
}

// corrects returns the account type of a corrected transaction code. answered
// is the transaction code of the entry.
func corrects(to, answered nacha.TransactionCode) (kind string, err error) {
	if to.Debit() != answered.Debit() {
		return "", leftAlone("its transaction code would turn the direction of the payment")
	}
	kind = domain.AccountType(int(to))
	if kind == domain.Loan && to.Debit() {
		return "", leftAlone("a loan account cannot be debited")
	}
	return kind, nil
}
