package links

import (
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// relationshipInput is a bank link as a client asks for it. With a processor
// token the numbers come from Plaid; the owner's name and the nickname may
// still be given.
type relationshipInput struct {
	OwnerName      string `json:"account_owner_name"`
	AccountType    string `json:"bank_account_type"` // CHECKING or SAVINGS
	AccountNumber  string `json:"bank_account_number"`
	RoutingNumber  string `json:"bank_routing_number"`
	Nickname       string `json:"nickname"`
	ProcessorToken string `json:"processor_token"`
}

// check validates the form of a request: the numbers or a token, not both.
func (in relationshipInput) check() error {
	var bad []domain.FieldError
	if utf8.RuneCountInString(in.Nickname) > 255 {
		bad = append(bad, api.Wrong("/nickname", "length", "at most 255 characters")...)
	}
	for _, f := range [][2]string{
		{"bank_account_type", in.AccountType}, {"bank_account_number", in.AccountNumber}, {"bank_routing_number", in.RoutingNumber},
	} {
		switch {
		case in.ProcessorToken != "" && f[1] != "":
			bad = append(bad, api.Wrong("/"+f[0], "either-or", "comes from Plaid where there is a processor_token")...)
		case in.ProcessorToken == "" && f[1] == "":
			bad = append(bad, api.Wrong("/"+f[0], "required", "is required")...)
		}
	}
	if in.ProcessorToken == "" && strings.TrimSpace(in.OwnerName) == "" {
		bad = append(bad, api.Wrong("/account_owner_name", "required", "is required")...)
	}
	switch strings.ToUpper(in.AccountType) {
	case "", "CHECKING", "SAVINGS":
	default:
		bad = append(bad, api.Wrong("/bank_account_type", "enum", "must be CHECKING or SAVINGS")...)
	}
	if len(bad) > 0 {
		return &domain.Refusal{Code: domain.Invalid, Fields: bad}
	}
	return nil
}

// link checks that entries over the link could leave, by proposing one.
func (in relationshipInput) link(client domain.Client) (link, error) {
	name, changed, err := text.ToASCII(in.OwnerName)
	if err != nil {
		return link{}, api.Invalid("/account_owner_name", "alphabet", "%v", err)
	}
	l := link{
		owner: strings.TrimSpace(name), nickname: in.Nickname, plaid: in.ProcessorToken != "",
		routing: in.RoutingNumber, number: in.AccountNumber, kind: strings.ToLower(in.AccountType),
	}
	if changed {
		l.original = in.OwnerName
	}
	if repeated := api.Repetitions(l.number, "/account_owner_name", in.OwnerName, "/nickname", l.nickname); len(repeated) > 0 {
		return link{}, api.RefuseRepetitions(repeated)
	}
	account := domain.BankAccount{Routing: l.routing, Type: l.kind}
	p, err := domain.LinkProposal(client.Settings, &domain.Relationship{OwnerName: l.owner}, account, domain.Pull, 0)
	if err != nil {
		return l, err
	}
	o := ledger.Order{Proposal: p, Number: l.number}
	_, err = domain.Originate{Proposal: p, Number: l.number}.Decide(client, domain.Transaction{})
	return l, o.Scrub(api.Respelled(err, relationshipNames))
}

// relationshipNames maps ACH Connect's field names to those of relationships
// and transfers.
var relationshipNames = strings.NewReplacer(
	"/ToAccountType", "/bank_account_type", "/ToAccount", "/bank_account_number", "/ToRouting", "/bank_routing_number",
	"/ToName", "/account_owner_name", "/Amount", "/amount",
)

func (s *surface) respondRelationship(c echo.Context, l *ledger.Ledger, who api.Caller, h domain.Holder, id string) error {
	r, err := existing(h, id)
	if err != nil {
		return err
	}
	return s.respondLink(c, l, who, h, r)
}

func (s *surface) respondLink(c echo.Context, l *ledger.Ledger, who api.Caller, h domain.Holder, r *domain.Relationship) error {
	record, account, err := api.NewLinkRecord(c.Request().Context(), l, h, r)
	if err != nil {
		return err
	}
	if record.AccountNumber != "" {
		if record.AccountNumber, err = s.NumberFor(c, who, account.Account, domain.RevealedRelationship, r.ID); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, record)
}
