package pro

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// proAccount is a recipient's account in ACH Pro's form. The number is masked
// except for callers who may see it.
type proAccount struct {
	AccountID     string `json:"accountId,omitempty"`
	Nickname      string `json:"nickname,omitempty"`
	RoutingNumber string `json:"routingNumber"`
	AccountNumber string `json:"accountNumber"`
	AccountType   string `json:"accountType"`
}

// check validates an account's form and returns its type as the ledger spells
// it.
func (in proAccount) check(at string) (accountType string, bad []domain.FieldError) {
	if err := nacha.ValidRouting(in.RoutingNumber); err != nil {
		bad = append(bad, api.Wrong(at+"/routingNumber", "routing-number", "%v", err)...)
	}
	bad = append(bad, domain.CheckAccountNumber(at+"/accountNumber", in.AccountNumber, 17)...)
	accountType = strings.ToLower(in.AccountType)
	if !slices.Contains([]string{domain.Checking, domain.Savings, domain.Loan}, accountType) {
		bad = append(bad, api.Wrong(at+"/accountType", "enum", "must be CHECKING, SAVINGS or LOAN")...)
	}
	if utf8.RuneCountInString(in.Nickname) > 100 {
		bad = append(bad, api.Wrong(at+"/nickname", "length", "at most 100 characters")...)
	}
	return accountType, bad
}

// shownAccount converts an account, its number masked, and returns the bank
// account that it currently refers to.
func (s *surface) shownAccount(ctx context.Context, who api.Caller, a domain.RecipientAccount) (proAccount, domain.BankAccount, error) {
	account, err := s.Ledger.Resolve(ctx, who.Client, a.AccountID, a.SetAt)
	if err != nil {
		return proAccount{}, account, err
	}
	return proAccount{a.ID, a.Nickname, account.Routing, account.Account.Masked(), strings.ToUpper(account.Type)}, account, nil
}

func (s *surface) listAccounts(c echo.Context, who api.Caller) error {
	r, err := s.ownRecipient(c, who)
	if err != nil {
		return err
	}
	key := func(a domain.RecipientAccount) int64 { return a.SetAt }
	return api.AnswerRows(s.Kit, c, r.Accounts, api.OldestFirst, key, func(a domain.RecipientAccount) (proAccount, error) {
		shown, _, err := s.shownAccount(c.Request().Context(), who, a)
		return shown, err
	})
}

func (s *surface) createAccount(c echo.Context, who api.Caller) error {
	var in proAccount
	input, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	id := newProID()
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		made, err := s.EventAt(c, use)
		if err != nil {
			return err
		}
		first := made.(*domain.RecipientAccountSaved).RecipientAccount
		first.SetAt = use.First
		return s.respondSaved(c, who, http.StatusCreated, first) // it may have been changed or deleted since
	}
	if err := s.saveAccount(c, who, id, in, once.Key); err != nil {
		return err
	}
	return s.respondAccount(c, who, http.StatusCreated, id)
}

// saveAccount points an account of a recipient to a bank account, which it
// opens if the client has never used it.
func (s *surface) saveAccount(c echo.Context, who api.Caller, id string, in proAccount, key ...ledger.Option) error {
	accountType, bad := in.check("")
	if len(bad) > 0 {
		return &domain.Refusal{Code: domain.Invalid, Fields: bad}
	}
	ctx := c.Request().Context()
	before, err := s.ownRecipient(c, who)
	if err != nil {
		return err
	}
	_, err = ledger.ExecuteWith(ctx, s.Ledger, ledger.RecipientStream(who.Client, before.ID), func(r domain.Recipient) (d ledger.Decision, err error) {
		err = api.RefuseRepetitions(api.Repetitions(in.AccountNumber, "/nickname", in.Nickname,
			"/accountNumber", r.Terms.Name, "/accountNumber", r.Terms.UniqueIdentifier))
		if err != nil {
			return d, err
		}
		account, opened, err := s.Ledger.UseAccount(ctx, who.Client, in.RoutingNumber, in.AccountNumber, accountType)
		if err != nil {
			return d, err
		}
		saved := domain.RecipientAccount{ID: id, Nickname: in.Nickname, AccountID: account.ID}
		d.Events, err = domain.SaveRecipientAccount{RecipientAccount: saved}.Decide(r)
		d.With = opened
		return d, err
	}, key...)
	return err
}

func (s *surface) respondAccount(c echo.Context, who api.Caller, status int, id string) error {
	r, err := s.ownRecipient(c, who)
	if err != nil {
		return err
	}
	a, ok := r.Account(strings.ToUpper(id))
	if !ok {
		return domain.Refuse(domain.NotFound, "recipient %s has no account %.40q", r.ID, id)
	}
	return s.respondSaved(c, who, status, a)
}

func (s *surface) respondSaved(c echo.Context, who api.Caller, status int, a domain.RecipientAccount) error {
	shown, account, err := s.shownAccount(c.Request().Context(), who, a)
	if err != nil {
		return err
	}
	if shown.AccountNumber, err = s.NumberFor(c, who, account.Account, domain.RevealedAccount, a.ID); err != nil {
		return err
	}
	return c.JSON(status, shown)
}

func (s *surface) getAccount(c echo.Context, who api.Caller) error {
	return s.respondAccount(c, who, http.StatusOK, c.Param("account"))
}

func (s *surface) replaceAccount(c echo.Context, who api.Caller) error {
	var in proAccount
	if _, err := api.ReadBody(c, &in); err != nil {
		return err
	}
	r, err := s.ownRecipient(c, who)
	if err != nil {
		return err
	}
	a, ok := r.Account(strings.ToUpper(c.Param("account")))
	if !ok {
		return domain.Refuse(domain.NotFound, "recipient %s has no account %.40q", r.ID, c.Param("account"))
	}
	if err := sameID("accountId", in.AccountID, a.ID); err != nil {
		return err
	}
	if err := s.saveAccount(c, who, a.ID, in); err != nil {
		return err
	}
	return s.respondAccount(c, who, http.StatusOK, a.ID)
}

func (s *surface) deleteAccount(c echo.Context, who api.Caller) error {
	r, err := s.ownRecipient(c, who)
	if err != nil {
		return err
	}
	_, err = ledger.Execute(c.Request().Context(), s.Ledger, ledger.RecipientStream(who.Client, r.ID), domain.DeleteRecipientAccount{ID: c.Param("account")}.Decide)
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
