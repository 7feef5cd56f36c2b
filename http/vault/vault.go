package vault

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

const vaultPath = "/rest/v2/"

// createToken stores an account and answers the token that names it.
func (s *surface) createToken(c echo.Context, who api.Caller) error {
	var in tokenInput
	input, err := readVault(c, &in)
	if err != nil {
		return err
	}
	ctx, l := c.Request().Context(), s.LedgerNow()
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		token, err := s.storedBy(ctx, who.Client, use.First, use.Last)
		if err == nil && token == nil {
			err = fmt.Errorf("no token was stored at position %d", use.First)
		}
		if err != nil {
			return err
		}
		return s.respondTokenAs(c, l, who, *token)
	}
	var token string
	_, err = l.WriteDecided(ctx, func() (changes []ledger.Change, err error) {
		if token, changes, err = s.storeToken(ctx, l, who.Client, in); err == nil {
			once.Key(&changes[0])
		}
		return changes, err
	})
	if err != nil {
		return err
	}
	return s.respondToken(c, l, who, token)
}

// storeToken returns the changes that store a token, the token's own first.
func (s *surface) storeToken(ctx context.Context, l *ledger.Ledger, client string, in tokenInput) (id string, changes []ledger.Change, err error) {
	if err := in.check(); err != nil {
		return "", nil, err
	}
	if id, err = newTokenID(); err != nil {
		return "", nil, err
	}
	terms, more, err := s.terms(ctx, l, client, id, in)
	if err != nil {
		return "", nil, err
	}
	events, err := domain.StoreToken{TokenID: id, Terms: terms}.Decide(domain.VaultToken{})
	if err != nil {
		return "", nil, err
	}
	changes = append(changes, ledger.Change{Stream: domain.TokenStream(client, id), Client: client, Events: events})
	return id, append(changes, more...), nil
}

// terms opens the bank account that a token names, unless the client has it,
// and updates the customer's default.
func (s *surface) terms(ctx context.Context, l *ledger.Ledger, client, id string, in tokenInput) (domain.TokenTerms, []ledger.Change, error) {
	account, changes, err := l.UseAccount(ctx, client, in.RoutingNumber, in.AccountNumber, strings.ToLower(in.AccountType))
	if err != nil {
		return domain.TokenTerms{}, nil, err
	}
	terms := domain.TokenTerms{
		AccountID: account.ID, IndividualName: in.IndividualName, Description: in.Description,
		CustomerKey: in.CustomerKey, SoftwareType: in.SoftwareType, SoftwareVersion: in.SoftwareVersion,
		Default: in.Default && in.CustomerKey == "",
	}
	chosen, err := chooseDefault(ctx, l, client, in.CustomerKey, id, in.Default)
	return terms, append(changes, chosen...), err
}

// chooseDefault makes a token the default of the customer with a key, or no
// longer. Without a key there is no customer.
func chooseDefault(ctx context.Context, l *ledger.Ledger, client, key, token string, yes bool) ([]ledger.Change, error) {
	if key == "" {
		return nil, nil
	}
	customer, stream, err := customerOf(ctx, l, client, key)
	if err != nil {
		return nil, err
	}
	events := customer.ChooseDefault(token, yes)
	if len(events) == 0 {
		return nil, nil
	}
	return []ledger.Change{{Stream: stream, Client: client, Expect: customer.Version, Events: events}}, nil
}

// customerOf reads the customer with a key, and names its stream.
func customerOf(ctx context.Context, l *ledger.Ledger, client, key string) (customer domain.Customer, stream string, err error) {
	name, err := l.CustomerKey(client, key)
	if err != nil {
		return customer, "", err
	}
	customer, err = l.Customer(ctx, client, name)
	return customer, domain.CustomerStream(client, name), err
}

func (s *surface) getToken(c echo.Context, who api.Caller) error {
	return s.respondToken(c, s.LedgerNow(), who, c.Param("token"))
}

// replaceToken replaces everything of a token except its id and its use count.
func (s *surface) replaceToken(c echo.Context, who api.Caller) error {
	var in tokenInput
	if _, err := readVault(c, &in); err != nil {
		return err
	}
	ctx, l, id := c.Request().Context(), s.LedgerNow(), c.Param("token")
	if _, err := s.liveToken(ctx, l, who.Client, id); err != nil {
		return err
	}
	if err := in.check(); err != nil {
		return err
	}
	_, err := ledger.ExecuteWith(ctx, l, ledger.TokenStream(who.Client, id), func(token domain.VaultToken) (d ledger.Decision, err error) {
		terms, changes, err := s.terms(ctx, l, who.Client, id, in)
		if err != nil {
			return d, err
		}
		if left := token.Terms.CustomerKey; left != in.CustomerKey {
			freed, err := chooseDefault(ctx, l, who.Client, left, id, false)
			if err != nil {
				return d, err
			}
			changes = append(changes, freed...)
		}
		d.Events, err = domain.ReplaceToken{Terms: terms}.Decide(token)
		d.Before = changes
		return d, err
	})
	if err != nil {
		return err
	}
	return s.respondToken(c, l, who, id)
}

// deleteToken deletes a token and answers it as it was.
func (s *surface) deleteToken(c echo.Context, who api.Caller) error {
	ctx, l := c.Request().Context(), s.LedgerNow()
	var shown tokenAnswer
	if _, err := s.liveToken(ctx, l, who.Client, c.Param("token")); err != nil {
		return err
	}
	_, err := ledger.ExecuteWith(ctx, l, ledger.TokenStream(who.Client, c.Param("token")), func(token domain.VaultToken) (d ledger.Decision, err error) {
		if d.Events, err = (domain.DeleteToken{}).Decide(token); err != nil {
			return d, err
		}
		if shown, err = s.shownToken(ctx, l, who, token); err != nil {
			return d, err
		}
		d.With, err = chooseDefault(ctx, l, who.Client, token.Terms.CustomerKey, token.ID, false)
		return d, err
	})
	if err != nil {
		return err
	}
	return writeVault(c, http.StatusOK, payload{Type: tokenPayload, Token: &shown})
}

// liveToken reads a token of the caller's; another client's is not found.
func (s *surface) liveToken(ctx context.Context, l *ledger.Ledger, client, id string) (domain.VaultToken, error) {
	token, err := l.Token(ctx, client, id)
	if err == nil && !token.Live() {
		err = domain.Refuse(domain.NotFound, "there is no token %q", id)
	}
	return token, err
}

// storedBy returns the token that an append stored, as of then; nil if it
// stored none.
func (s *surface) storedBy(ctx context.Context, client string, first, last int64) (*domain.VaultToken, error) {
	made, err := s.Ledger.Store.ReadAll(ctx, first-1, int(last-first+1))
	if err != nil {
		return nil, fmt.Errorf("read positions %d to %d, of one append: %w", first, last, err)
	}
	own := slices.DeleteFunc(made, func(r eventstore.Recorded) bool { return !strings.HasPrefix(r.Stream, domain.TokenStream(client, "")) })
	if len(own) == 0 || own[0].Type != (domain.TokenStored{}).Type() {
		return nil, nil
	}
	token := &domain.VaultToken{}
	return token, ledger.Fold(token, own)
}

// newTokenID returns sixteen random digits, the form that vault clients know.
func newTokenID() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1e16))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%016d", n), nil
}

// notInXML reports whether no XML document can have a character: an answer in XML
// would have another one in its place.
func notInXML(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// checkDigit checks the account number as one of New Zealand where that is asked
// for.
func (in *tokenFields) checkDigit() []domain.FieldError {
	if !in.CheckDigit {
		return nil
	}
	if err := domain.CheckNZAccount(in.AccountNumber); err != nil {
		return api.Wrong("/account-number", "check-digit", "%v", err)
	}
	return nil
}

var vaultAccount = regexp.MustCompile(`^[0-9]{1,17}$`)

// check validates the form of a token's fields.
func (in *tokenInput) check() error {
	var bad []domain.FieldError
	needed := func(name, value string, most int) {
		switch {
		case strings.TrimSpace(value) == "":
			bad = append(bad, api.Wrong("/"+name, "required", "is required")...)
		case utf8.RuneCountInString(value) > most:
			bad = append(bad, api.Wrong("/"+name, "length", "at most %d characters", most)...)
		}
	}
	needed("individual-name", in.IndividualName, 100)
	needed("software-type", in.SoftwareType, 100)
	needed("software-type-version", in.SoftwareVersion, 100)
	if !vaultAccount.MatchString(in.AccountNumber) {
		bad = append(bad, api.Wrong("/account-number", "digits", "is required: 1 to 17 digits")...)
	} else if zeros := domain.SomeAccount("/account-number", in.AccountNumber); zeros != nil {
		bad = append(bad, zeros...)
	} else {
		bad = append(bad, in.checkDigit()...)
	}
	if err := nacha.ValidRouting(in.RoutingNumber); err != nil {
		bad = append(bad, api.Wrong("/routing-number", "routing-number", "%v", err)...)
	}
	switch strings.ToLower(in.AccountType) {
	case domain.Checking, domain.Savings:
	default:
		bad = append(bad, api.Wrong("/account-type", "enum", "Checking or Savings")...)
	}
	for _, f := range [][2]string{
		{"/token-description", in.Description}, {"/customer-key", in.CustomerKey}, {"/software-type", in.SoftwareType}, {"/software-type-version", in.SoftwareVersion},
	} {
		if utf8.RuneCountInString(f[1]) > 255 {
			bad = append(bad, api.Wrong(f[0], "length", "at most 255 characters")...)
		}
		if strings.ContainsFunc(f[1], notInXML) {
			bad = append(bad, api.Wrong(f[0], "alphabet", "has a control character that XML has no form for")...)
		}
	}
	if name, _, err := text.ToASCII(in.IndividualName); err != nil || strings.TrimSpace(name) == "" {
		bad = append(bad, api.Wrong("/individual-name", "alphabet", "cannot be written in the letters of a NACHA file")...)
	}
	if len(bad) > 0 {
		return &domain.Refusal{Code: domain.Invalid, Fields: bad}
	}
	return api.RefuseRepetitions(api.Repetitions(in.AccountNumber,
		"/individual-name", in.IndividualName, "/token-description", in.Description, "/customer-key", in.CustomerKey,
		"/software-type", in.SoftwareType, "/software-type-version", in.SoftwareVersion))
}
