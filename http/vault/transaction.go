package vault

import (
	"cmp"
	"context"
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// transactionPayload is the type of a payload that holds a transaction.
const transactionPayload = "ach-transaction"

// transactionInput is a transaction as a vault client writes it: with the
// account in full, to be stored if create-token says so, or with a token.
type transactionInput struct {
	XMLName xml.Name    `json:"-" xml:"ach-transaction"`
	Type    string      `json:"type" xml:"type"`     // credit or debit
	Amount  api.Decimal `json:"amount" xml:"amount"` // "2.00", or the number 2.00
	TokenID string      `json:"token-id" xml:"token-id"`
	tokenFields
	named       *domain.Named // the stored account that the token referred to
	CreateToken bool          `json:"create-token" xml:"create-token"`
	SEC         string        `json:"standard-entry-class-code" xml:"standard-entry-class-code"`
	PaymentType string        `json:"payment-type" xml:"payment-type"` // WEB and TEL: single, recurring
}

// vaultTransaction is a transaction in the vault's form.
type vaultTransaction struct {
	TransactionID string `json:"transaction-id" xml:"transaction-id"`
	Type          string `json:"type" xml:"type"`
	Amount        string `json:"amount" xml:"amount"`
	Status        string `json:"status" xml:"status"`
	SEC           string `json:"standard-entry-class-code" xml:"standard-entry-class-code"`
	RoutingNumber string `json:"routing-number" xml:"routing-number"`
	AccountNumber string `json:"account-number" xml:"account-number"`
	AccountType   string `json:"account-type" xml:"account-type"`
	Name          string `json:"individual-name" xml:"individual-name"`
	Created       string `json:"created" xml:"created"`

	Originals *vaultOriginals `json:"originals,omitempty" xml:"originals,omitempty"`
	Missed    *vaultMissed    `json:"missed-correction,omitempty" xml:"missed-correction,omitempty"`

	DescriptionWarning string `json:"description-warning,omitempty" xml:"description-warning,omitempty"`
}

// vaultMissed tells that the account had been corrected by a notification of
// change.
type vaultMissed struct {
	ChangeCode    string `json:"change-code" xml:"change-code"`
	TransactionID string `json:"transaction-id" xml:"transaction-id"` // of the entry that was corrected
	RoutingNumber string `json:"routing-number" xml:"routing-number"` // the account as corrected
	AccountNumber string `json:"account-number" xml:"account-number"`
	AccountType   string `json:"account-type" xml:"account-type"`
}

// vaultOriginate makes a transaction; kind is the direction in the path, or ""
// where the body has it. Transaction, token and the token's use become durable
// together.
func (s *surface) vaultOriginate(kind string) api.Handler {
	return func(c echo.Context, who api.Caller) error {
		var in transactionInput
		input, err := readVault(c, &in)
		if err != nil {
			return err
		}
		if in.CreateToken && !who.May(domain.ScopeVault) {
			return api.NewProblem(api.CodeScope, "create-token needs scope %s", domain.ScopeVault)
		}
		ctx, l := c.Request().Context(), s.LedgerNow()
		once, err := s.Once(c, who, input)
		if err != nil {
			return err
		}
		if use, repeated := once.Before(); repeated {
			return s.respondAgain(c, l, who, use)
		}
		if err := in.direct(kind); err != nil {
			return err
		}
		if in.TokenID != "" {
			done, err := s.uses.Take(ctx, domain.TokenStream(who.Client, in.TokenID))
			if err != nil {
				return err
			}
			defer done()
		}
		var changes []ledger.Change
		at, err := l.WriteDecided(ctx, func() (_ []ledger.Change, err error) {
			changes, err = s.vaultAccept(ctx, l, who.Client, in, once.Key)
			return changes, err
		})
		if err != nil {
			return err
		}
		made := vaultMade{t: ledger.Originated(changes[0], l.Now(), at.First)}
		if in.CreateToken {
			if made.token, err = s.storedBy(ctx, who.Client, at.First, at.Last); err != nil {
				return err
			}
		}
		return s.respondTransaction(c, l, who, made)
	}
}

// respondAgain answers a repeated request with what the first one made.
func (s *surface) respondAgain(c echo.Context, l *ledger.Ledger, who api.Caller, use eventstore.KeyUse) error {
	ctx := c.Request().Context()
	t, err := s.TransactionAt(ctx, use)
	if err != nil {
		return err
	}
	token, err := s.storedBy(ctx, who.Client, use.First, use.Last)
	if err != nil {
		return err
	}
	return s.respondTransaction(c, l, who, vaultMade{t, token})
}

// direct takes the direction from the path if that has one. A body with the other
// direction is refused: it is not known which way the money should go.
func (in *transactionInput) direct(path string) error {
	if path == "" {
		return nil
	}
	if in.Type != "" && !strings.EqualFold(in.Type, path) {
		return api.Invalid("/type", "either-or", "the path says %s: leave the type out, or name the same", path)
	}
	in.Type = path
	return nil
}

// vaultMade is what one request made: a transaction, and the token stored with
// it.
type vaultMade struct {
	t     domain.Transaction
	token *domain.VaultToken // nil for none
}

// vaultAccept returns the changes of a request, the transaction's first.
func (s *surface) vaultAccept(ctx context.Context, l *ledger.Ledger, clientID string, in transactionInput, key ledger.Option) ([]ledger.Change, error) {
	client, err := s.ClientSettings(ctx, clientID)
	if err != nil {
		return nil, err
	}
	id, token := api.NewID(), []ledger.Change(nil)
	if in.TokenID != "" {
		if token, err = s.fromToken(ctx, l, clientID, id, &in); err != nil {
			return nil, err
		}
	}
	if bad := in.checkDigit(); len(bad) > 0 && in.TokenID == "" {
		return nil, &domain.Refusal{Code: domain.Invalid, Fields: bad}
	}
	o, err := in.order(client)
	if err != nil {
		return nil, err
	}
	o.ID, o.Named = id, in.named
	begun, err := l.Begins(ctx, client, o, key)
	if err != nil {
		return nil, api.Respelled(err, vaultNames)
	}
	if in.CreateToken && in.TokenID == "" {
		if token, err = s.withToken(ctx, l, clientID, in, id); err != nil {
			return nil, err
		}
	}
	return append([]ledger.Change{begun}, token...), nil
}

// withToken stores the account of a transaction and counts the token's first
// use.
func (s *surface) withToken(ctx context.Context, l *ledger.Ledger, client string, in transactionInput, transaction string) ([]ledger.Change, error) {
	token := tokenInput{tokenFields: in.tokenFields}
	if token.AccountType == "" {
		token.AccountType = domain.Checking // as the transaction assumes
	}
	if token.SoftwareType == "" {
		token.SoftwareType, token.SoftwareVersion = "achledger", "v2"
	}
	token.SoftwareVersion = cmp.Or(token.SoftwareVersion, "v2")
	_, stored, err := s.storeToken(ctx, l, client, token)
	if err != nil {
		return nil, err
	}
	used, err := domain.UseToken{TransactionID: transaction}.Decide(domain.VaultToken{})
	stored[0].Events = append(stored[0].Events, used...)
	return stored, err
}

// fromToken fills in the account that a token refers to now, and returns the
// change that counts its use.
func (s *surface) fromToken(ctx context.Context, l *ledger.Ledger, client, transaction string, in *transactionInput) ([]ledger.Change, error) {
	token, err := s.liveToken(ctx, l, client, in.TokenID)
	if err != nil {
		return nil, err
	}
	switch {
	case in.AccountNumber != "" || in.RoutingNumber != "" || in.AccountType != "":
		return nil, api.Invalid("/token-id", "either-or", "give a token-id or the account, not both")
	case in.CreateToken:
		return nil, api.Invalid("/create-token", "either-or", "a token-id names an account that is stored already")
	}
	account, err := l.Resolve(ctx, client, token.Terms.AccountID, token.SetAt)
	if err != nil {
		return nil, err
	}
	number, err := l.OpenBankAccount(client, account)
	if err != nil {
		return nil, err
	}
	in.RoutingNumber, in.AccountNumber, in.AccountType = account.Routing, number, account.Type
	in.named = &domain.Named{Account: token.Terms.AccountID, SetAt: token.SetAt}
	in.IndividualName = cmp.Or(in.IndividualName, token.Terms.IndividualName)
	used, err := domain.UseToken{TransactionID: transaction}.Decide(token)
	return []ledger.Change{{Stream: domain.TokenStream(client, token.ID), Client: client, Expect: token.Version, Events: used}}, err
}

// order converts the transaction to an order of the ledger.
func (in transactionInput) order(client domain.Client) (ledger.Order, error) {
	cents, err := in.Amount.Cents()
	if err != nil {
		return ledger.Order{}, api.Invalid("/amount", "amount", "%v", err)
	}
	p := domain.Proposal{
		SEC: strings.ToUpper(in.SEC), ToRouting: in.RoutingNumber, ToAccountType: strings.ToLower(in.AccountType),
		AmountCents: cents, PaymentType: strings.ToLower(in.PaymentType),
	}
	switch strings.ToLower(in.Type) {
	case "credit":
		p.PushPull = domain.Push
	case "debit":
		p.PushPull = domain.Pull
	default:
		return ledger.Order{}, api.Invalid("/type", "enum", "must be credit or debit")
	}
	p.SEC = cmp.Or(p.SEC, client.Settings.DefaultSEC)
	p.ToAccountType = cmp.Or(p.ToAccountType, domain.Checking)
	if p.PaymentType == "" && p.PushPull == domain.Pull && (p.SEC == "WEB" || p.SEC == "TEL") {
		p.PaymentType = "single"
	}
	name, changed, err := text.ToASCII(in.IndividualName)
	if err != nil {
		return ledger.Order{}, api.Invalid("/individual-name", "alphabet", "%v", err)
	}
	if changed {
		p.Originals = map[string]string{api.VaultName: in.IndividualName}
	}
	p.ToName = strings.TrimSpace(name)
	return ledger.Order{Proposal: p, Number: in.AccountNumber}, nil
}

// vaultNames maps ACH Connect's fields to the vault's names.
var vaultNames = strings.NewReplacer(
	"/ToAccountType", "/account-type", "/ToAccount", "/account-number", "/ToRouting", "/routing-number",
	"/ToName", "/individual-name", "/Amount", "/amount", "/StandardEntryClassCode", "/standard-entry-class-code",
	"/TransactionType", "/type", "/WebDetails/PaymentType", "/payment-type",
)

func (s *surface) respondTransaction(c echo.Context, l *ledger.Ledger, who api.Caller, made vaultMade) error {
	p := made.t.Originated.Proposal
	kind := string(calendar.KindOf(p.PushPull == domain.Pull))
	answer := payload{Type: transactionPayload, Transaction: &vaultTransaction{
		TransactionID: made.t.ID, Type: kind, Amount: text.FormatDollars(p.AmountCents), Status: "Pending", SEC: p.SEC,
		RoutingNumber: p.ToRouting, AccountNumber: made.t.Account.Tail, AccountType: title(p.ToAccountType),
		Name: p.ToName, Created: api.Timestamp(made.t.CreatedAt), DescriptionWarning: made.t.Originated.Misdescribed,
	}}
	if m := made.t.Originated.Missed; m != nil {
		answer.Transaction.Missed = &vaultMissed{m.Code, m.TransactionID, m.Routing, m.Tail, title(m.AccountType)}
	}
	if original, ok := p.Originals[api.VaultName]; ok {
		answer.Transaction.Originals = &vaultOriginals{original}
	}
	if made.token != nil {
		shown, err := s.shownToken(c.Request().Context(), l, who, *made.token)
		if err != nil {
			return err
		}
		answer.Token = &shown
	}
	return writeVault(c, http.StatusOK, answer)
}
