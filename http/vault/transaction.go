package vault

import (
	"context"
	"encoding/xml"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// transactionPayload is the type of a payload that holds a transaction.
const transactionPayload = "ach-transaction"

// transactionInput is a transaction as a vault client writes it: the account
// in full, to be stored if create-token says so, or by its token.
type transactionInput struct {
	XMLName xml.Name    `json:"-" xml:"ach-transaction"`
	Type    string      `json:"type" xml:"type"`     // credit or debit
	Amount  api.Decimal `json:"amount" xml:"amount"` // "2.00", or the number 2.00
	TokenID string      `json:"token-id" xml:"token-id"`
	tokenFields
	named       *domain.Named // what the token was pointed to
	CreateToken bool          `json:"create-token" xml:"create-token"`
	SEC         string        `json:"standard-entry-class-code" xml:"standard-entry-class-code"`
	PaymentType string        `json:"payment-type" xml:"payment-type"` // WEB and TEL: single, recurring
}

// vaultTransaction is a transaction as the vault answers it.
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
}

// vaultOriginate makes a transaction; kind is the direction the path says,
// or "" where the body does. Transaction, token and the token's use become
// durable together.
func (s *surface) vaultOriginate(kind string) api.Handler {
	return func(c echo.Context, who api.Caller) error {
		var in transactionInput
		input, err := readVault(c, &in)
		if err != nil {
			return err
		}
		if kind != "" {
			in.Type = kind
		}
		if in.CreateToken && !who.May(domain.ScopeVault) {
			return api.NewProblem(api.CodeScope, "create-token needs scope %s", domain.ScopeVault)
		}
		ctx, l := c.Request().Context(), s.LedgerNow()
		return s.Once(c, who, input, func(key ledger.Option) error {
			var made vaultMade
			err := l.Retry(func() (err error) {
				made, err = s.vaultAccept(ctx, l, who, in, key)
				return err
			})
			if err != nil {
				return err
			}
			return s.respondTransaction(c, l, who, made)
		}, func(use eventstore.KeyUse) error {
			t, err := s.TransactionAt(ctx, use)
			if err != nil {
				return err
			}
			made := vaultMade{t: t}
			if token, ok, err := s.tokenAt(ctx, who.Client, use); err != nil {
				return err
			} else if ok {
				made.token = &token
			}
			return s.respondTransaction(c, l, who, made)
		})
	}
}

// vaultMade is what one request made: a transaction, and the token that was
// stored with it.
type vaultMade struct {
	t     domain.Transaction
	token *domain.VaultToken // nil for none
}

func (s *surface) vaultAccept(ctx context.Context, l *ledger.Ledger, who api.Caller, in transactionInput, key ledger.Option) (vaultMade, error) {
	client, err := s.ClientSettings(ctx, who.Client)
	if err != nil {
		return vaultMade{}, err
	}
	var more []ledger.Change
	if in.TokenID != "" {
		if more, err = s.fromToken(ctx, l, who.Client, &in); err != nil {
			return vaultMade{}, err
		}
	}
	o, err := in.order(client)
	if err != nil {
		return vaultMade{}, err
	}
	o.Named = in.named
	command, err := l.Originate(who.Client, o)
	if err != nil {
		return vaultMade{}, err
	}
	events, err := command.Decide(client, domain.Transaction{})
	if err != nil {
		return vaultMade{}, o.Scrub(inVaultWords(err))
	}
	change := ledger.Change{Stream: domain.TransactionStream(who.Client, command.TransactionID), Client: who.Client, Events: events}
	key(&change)
	made := vaultMade{}
	changes := []ledger.Change{change}
	var stored string
	if in.CreateToken && in.TokenID == "" {
		if stored, changes, err = s.withToken(ctx, l, who.Client, in, command.TransactionID, changes); err != nil {
			return made, err
		}
	}
	for i := range more { // the use of a stored token names the transaction
		if more[i].Events, err = (domain.UseToken{TransactionID: command.TransactionID}).Decide(domain.VaultToken{}); err != nil {
			return made, err
		}
	}
	at, err := l.Write(ctx, append(changes, more...)...)
	if err != nil {
		return made, err
	}
	made.t = ledger.Originated(who.Client, events, l.Now(), at.First)
	if stored != "" {
		token, err := l.Token(ctx, who.Client, stored)
		made.token = &token
		return made, err
	}
	return made, nil
}

// withToken stores the account of a transaction and counts its first use.
func (s *surface) withToken(ctx context.Context, l *ledger.Ledger, client string, in transactionInput, transaction string, changes []ledger.Change) (string, []ledger.Change, error) {
	token := tokenInput{tokenFields: in.tokenFields}
	if token.AccountType == "" {
		token.AccountType = domain.Checking // as the transaction is
	}
	if token.SoftwareType == "" {
		token.SoftwareType, token.SoftwareVersion = "achledger", "v2"
	}
	if token.SoftwareVersion == "" {
		token.SoftwareVersion = "v2"
	}
	id, stored, err := s.storeToken(ctx, l, client, token)
	if err != nil {
		return "", nil, err
	}
	used, err := domain.UseToken{TransactionID: transaction}.Decide(domain.VaultToken{})
	stored[0].Events = append(stored[0].Events, used...)
	return id, append(changes, stored...), err
}

// fromToken fills in the account that a token names now, and answers the
// change that counts its use.
func (s *surface) fromToken(ctx context.Context, l *ledger.Ledger, client string, in *transactionInput) ([]ledger.Change, error) {
	token, err := s.liveToken(ctx, l, client, in.TokenID)
	if err != nil {
		return nil, err
	}
	if in.AccountNumber != "" || in.RoutingNumber != "" || in.AccountType != "" {
		return nil, api.Invalid("/token-id", "either-or", "give a token-id or the account, not both")
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
	if in.IndividualName == "" {
		in.IndividualName = token.Terms.IndividualName
	}
	return []ledger.Change{{Stream: domain.TokenStream(client, token.ID), Client: client, Expect: token.Version}}, nil
}

// order is the transaction as the ledger takes it.
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
		return ledger.Order{}, api.Invalid("/type", "enum", "credit or debit")
	}
	if p.SEC == "" {
		p.SEC = client.Settings.DefaultSEC
	}
	if p.ToAccountType == "" {
		p.ToAccountType = domain.Checking
	}
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

// vaultNames are ACH Connect's fields as the vault spells them.
var vaultNames = strings.NewReplacer(
	"/ToAccountType", "/account-type", "/ToAccount", "/account-number", "/ToRouting", "/routing-number",
	"/ToName", "/individual-name", "/Amount", "/amount", "/StandardEntryClassCode", "/standard-entry-class-code",
	"/TransactionType", "/type", "/WebDetails/PaymentType", "/payment-type",
)

// inVaultWords spells the fields of a refusal as the vault does.
func inVaultWords(err error) error { return api.Respelled(err, vaultNames) }

func (s *surface) respondTransaction(c echo.Context, l *ledger.Ledger, who api.Caller, made vaultMade) error {
	p := made.t.Originated.Proposal
	kind := "debit"
	if p.PushPull == domain.Push {
		kind = "credit"
	}
	answer := payload{Type: transactionPayload, Transaction: &vaultTransaction{
		TransactionID: made.t.ID, Type: kind, Amount: text.FormatDollars(p.AmountCents), Status: "Pending", SEC: p.SEC,
		RoutingNumber: p.ToRouting, AccountNumber: made.t.Account.Tail, AccountType: title(p.ToAccountType),
		Name: p.ToName, Created: api.Timestamp(made.t.CreatedAt),
	}}
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
