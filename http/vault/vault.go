package vault

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
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
		if err := refuseTail(ctx, l, who.Client, token, in.AccountNumber); err != nil {
			return d, err
		}
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

// refuseTail refuses the end of a token's own account number, which is what GET
// answers, in the place of a number: whoever sends an answer back with another
// name would move the token to an account of four digits.
func refuseTail(ctx context.Context, l *ledger.Ledger, client string, token domain.VaultToken, number string) error {
	account, err := l.Resolve(ctx, client, token.Terms.AccountID, token.SetAt)
	if err != nil || number != account.Account.Tail {
		return err
	}
	return api.Invalid("/account-number", "masked", "is the end of the number, as answers show it: send the whole number")
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
		err = domain.Refuse(domain.NotFound, "there is no token of that id")
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
