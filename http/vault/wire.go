package vault

import (
	"context"
	"encoding/xml"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// tokenPayload is the type of a payload that holds a token.
const tokenPayload = "ach-token"

// tokenInput is a token as a vault client writes it.
type tokenInput struct {
	XMLName xml.Name `json:"-" xml:"ach-token"`
	tokenFields
}

// tokenFields are the fields of a token, also inside a transaction.
type tokenFields struct {
	RoutingNumber   string `json:"routing-number" xml:"routing-number"`
	AccountNumber   string `json:"account-number" xml:"account-number"`
	AccountType     string `json:"account-type" xml:"account-type"`
	IndividualName  string `json:"individual-name" xml:"individual-name"`
	Description     string `json:"token-description" xml:"token-description"`
	CustomerKey     string `json:"customer-key" xml:"customer-key"`
	Default         bool   `json:"default" xml:"default"`
	SoftwareType    string `json:"software-type" xml:"software-type"`
	SoftwareVersion string `json:"software-type-version" xml:"software-type-version"`
	CheckDigit      bool   `json:"check-digit-enabled" xml:"check-digit-enabled"`
}

// payload is the envelope of the vault's answers.
type payload struct {
	XMLName     xml.Name          `json:"-" xml:"payload"`
	Type        string            `json:"payloadType" xml:"type,attr"`
	Token       *tokenAnswer      `json:"ach-token,omitempty" xml:"ach-token"`
	Transaction *vaultTransaction `json:"ach-transaction,omitempty" xml:"ach-transaction"`
}

// tokenAnswer is a token as a vault client reads it, with the last four digits
// of the account number only.
type tokenAnswer struct {
	TokenID        string `json:"token-id" xml:"token-id"`
	TimesUsed      int    `json:"times-used" xml:"times-used"`
	LastUsed       string `json:"last-used,omitempty" xml:"last-used,omitempty"`
	MerchantID     string `json:"merchant-id" xml:"merchant-id"`
	RoutingNumber  string `json:"routing-number" xml:"routing-number"`
	AccountNumber  string `json:"account-number" xml:"account-number"`
	AccountType    string `json:"account-type" xml:"account-type"`
	IndividualName string `json:"individual-name" xml:"individual-name"`
	Description    string `json:"token-description,omitempty" xml:"token-description,omitempty"`
	Created        string `json:"created" xml:"created"`
	Updated        string `json:"updated" xml:"updated"`
	CustomerKey    string `json:"customer-key,omitempty" xml:"customer-key,omitempty"`
	Default        bool   `json:"default" xml:"default"`

	Originals *vaultOriginals `json:"originals,omitempty" xml:"originals,omitempty"`
}

// vaultOriginals is text before transliteration to ASCII.
type vaultOriginals struct {
	IndividualName string `json:"individual-name" xml:"individual-name"`
}

// errorResult is the vault's form of a problem.
type errorResult struct {
	XMLName xml.Name     `json:"-" xml:"ErrorResult"`
	Errors  []vaultError `json:"errorResults" xml:"errorResults"`
}

type vaultError struct {
	Message   string `json:"errorMessage" xml:"errorMessage"`
	Code      int    `json:"resultCode" xml:"resultCode"`
	TimeStamp string `json:"timeStamp" xml:"timeStamp"`
}

// renderVault writes a problem as the vault's ErrorResult, one entry for each
// field. The result code is the status.
func renderVault(c echo.Context, p *api.Problem) error {
	now := api.Timestamp(time.Now())
	result := errorResult{}
	for _, e := range p.Errors {
		result.Errors = append(result.Errors, vaultError{strings.TrimPrefix(e.Pointer, "/") + ": " + e.Message, p.Status, now})
	}
	if len(result.Errors) == 0 {
		result.Errors = []vaultError{{p.Message, p.Status, now}}
	}
	return writeVault(c, p.Status, result)
}

// writeVault answers in the format the client asked for: Accept, else the
// format of its body, else JSON.
func writeVault(c echo.Context, status int, value any) error {
	if !wantsXML(c.Request()) {
		return c.JSON(status, value)
	}
	return c.XML(status, value)
}

func wantsXML(r *http.Request) bool {
	wanted := api.Preferred(r, echo.MIMEApplicationJSON, "application/xml", "text/xml")
	if wanted == "" {
		return isXML(r)
	}
	return wanted != echo.MIMEApplicationJSON
}

func isXML(r *http.Request) bool {
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return media == "application/xml" || media == "text/xml"
}

// readVault reads a JSON or XML body into a value. Unknown fields are ignored,
// as the vault always did; one that occurs twice is refused.
func readVault(c echo.Context, into any) ([]byte, error) {
	r := c.Request()
	input, err := api.Whole(r)
	if err != nil {
		return nil, err
	}
	if isXML(r) {
		return input, api.ReadXML(input, into)
	}
	if err := api.MediaType(c, echo.MIMEApplicationJSON); err != nil {
		return nil, err
	}
	return input, api.Leniently(input, into)
}

// respondToken answers a live token.
func (s *surface) respondToken(c echo.Context, l *ledger.Ledger, who api.Caller, id string) error {
	token, err := s.liveToken(c.Request().Context(), l, who.Client, id)
	if err != nil {
		return err
	}
	return s.respondTokenAs(c, l, who, token)
}

// respondTokenAs answers a token as given.
func (s *surface) respondTokenAs(c echo.Context, l *ledger.Ledger, who api.Caller, token domain.VaultToken) error {
	shown, err := s.shownToken(c.Request().Context(), l, who, token)
	if err != nil {
		return err
	}
	return writeVault(c, http.StatusOK, payload{Type: tokenPayload, Token: &shown})
}

// shownToken converts a token with the account that it refers to now.
func (s *surface) shownToken(ctx context.Context, l *ledger.Ledger, who api.Caller, token domain.VaultToken) (tokenAnswer, error) {
	account, err := l.Resolve(ctx, who.Client, token.Terms.AccountID, token.SetAt)
	if err != nil {
		return tokenAnswer{}, err
	}
	isDefault := token.Terms.Default
	if key := token.Terms.CustomerKey; key != "" {
		customer, _, err := customerOf(ctx, l, who.Client, key)
		if err != nil {
			return tokenAnswer{}, err
		}
		isDefault = customer.Default == token.ID
	}
	name, changed, err := text.ToASCII(token.Terms.IndividualName)
	if err != nil {
		return tokenAnswer{}, fmt.Errorf("spell the name of token %s: %w", token.ID, err)
	}
	shown := tokenAnswer{
		TokenID: token.ID, TimesUsed: token.TimesUsed, MerchantID: who.Client, RoutingNumber: account.Routing,
		AccountNumber: account.Account.Tail, AccountType: title(account.Type), IndividualName: strings.TrimSpace(name),
		Description: token.Terms.Description, Created: api.Timestamp(token.CreatedAt), Updated: api.Timestamp(token.UpdatedAt),
		CustomerKey: token.Terms.CustomerKey, Default: isDefault,
	}
	if changed {
		shown.Originals = &vaultOriginals{token.Terms.IndividualName}
	}
	if token.TimesUsed > 0 {
		shown.LastUsed = api.Timestamp(token.LastUsedAt)
	}
	if lead := account.OpenedAt; account.ID != token.Terms.AccountID && lead.After(token.UpdatedAt) {
		shown.Updated = api.Timestamp(lead)
	}
	return shown, nil
}

// title spells an account type as the vault does.
func title(accountType string) string {
	if accountType == domain.Savings {
		return "Savings"
	}
	return "Checking"
}
