package pro

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// proRecipient is a recipient in ACH Pro's form.
type proRecipient struct {
	RecipientID      string `json:"recipientId,omitempty"`
	Name             string `json:"name"`
	RecipientType    string `json:"recipientType"`
	UniqueIdentifier string `json:"uniqueIdentifier,omitempty"`
	CompanyID        string `json:"companyId,omitempty"`
	// Originals is the name before transliteration to ASCII.
	Originals *proOriginals `json:"originals,omitempty"`
}

type proOriginals struct {
	Name string `json:"name"`
}

func shownRecipient(r domain.Recipient) proRecipient {
	shown := proRecipient{
		RecipientID: r.ID, Name: r.Terms.Name, RecipientType: r.Terms.RecipientKind, UniqueIdentifier: r.Terms.UniqueIdentifier, CompanyID: r.Terms.CompanyID,
	}
	if r.Terms.OriginalName != "" {
		shown.Originals = &proOriginals{r.Terms.OriginalName}
	}
	return shown
}

// terms transliterates the recipient to the letters of a NACHA file.
func (in proRecipient) terms() (domain.RecipientTerms, error) {
	name, changed, err := text.ToASCII(in.Name)
	if err != nil {
		return domain.RecipientTerms{}, api.Invalid("/name", "alphabet", "%v", err)
	}
	terms := domain.RecipientTerms{
		Name: strings.TrimSpace(name), RecipientKind: strings.ToUpper(in.RecipientType), UniqueIdentifier: in.UniqueIdentifier, CompanyID: in.CompanyID,
	}
	if changed {
		terms.OriginalName = in.Name
	} else if o := in.Originals; o != nil { // a recipient sent back as it was returned keeps its original
		if spelled, changed, err := text.ToASCII(o.Name); err == nil && changed && strings.TrimSpace(spelled) == terms.Name {
			terms.OriginalName = o.Name
		}
	}
	return terms, nil
}

// listRecipients responds with all recipients, oldest first; with limit, with
// a page and a Link to the next.
func (s *surface) listRecipients(c echo.Context, who api.Caller) error {
	return proList(s, c, who, "recipient", func(ctx context.Context, id string) (proRecipient, error) {
		r, err := s.Ledger.Recipient(ctx, who.Client, id)
		return shownRecipient(r), err
	})
}

func (s *surface) createRecipient(c echo.Context, who api.Caller) error {
	var in proRecipient
	input, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		made, err := s.EventAt(c, use)
		if err != nil {
			return err
		}
		e := made.(*domain.RecipientSaved)
		return c.JSON(http.StatusCreated, shownRecipient(domain.Recipient{ID: e.RecipientID, Terms: e.RecipientTerms}))
	}
	r, err := s.saveRecipient(c, who, newProID(), in, once.Key)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, shownRecipient(r))
}

func (s *surface) saveRecipient(c echo.Context, who api.Caller, id string, in proRecipient, key ...ledger.Option) (r domain.Recipient, err error) {
	ctx := c.Request().Context()
	client, err := s.ClientSettings(ctx, who.Client)
	if err != nil {
		return r, err
	}
	terms, err := in.terms()
	if err != nil {
		return r, err
	}
	return ledger.Execute(ctx, s.Ledger, ledger.RecipientStream(who.Client, id), func(now domain.Recipient) ([]domain.Event, error) {
		if err := s.repeatsAccounts(ctx, who, now, terms); err != nil {
			return nil, err
		}
		return domain.SaveRecipient{ID: id, Terms: terms}.Decide(client.Settings, now)
	}, key...)
}

// repeatsAccounts refuses terms that contain the number of an account that is
// stored under the recipient.
func (s *surface) repeatsAccounts(ctx context.Context, who api.Caller, r domain.Recipient, terms domain.RecipientTerms) error {
	for _, a := range r.Accounts {
		account, err := s.Ledger.Resolve(ctx, who.Client, a.AccountID, a.SetAt)
		if err != nil {
			return err
		}
		number, err := s.Ledger.OpenAccount(who.Client, account.Account)
		if err != nil {
			return err
		}
		err = api.RefuseRepetitions(api.Repetitions(number, "/name", terms.Name, "/uniqueIdentifier", terms.UniqueIdentifier))
		if err != nil {
			return err
		}
	}
	return nil
}

// ownRecipient reads a recipient of the caller that was not deleted.
func (s *surface) ownRecipient(c echo.Context, who api.Caller) (domain.Recipient, error) {
	id, err := pathID(c, "id", "recipient")
	if err != nil {
		return domain.Recipient{}, err
	}
	return s.recipient(c.Request().Context(), who, id)
}

func (s *surface) recipient(ctx context.Context, who api.Caller, id string) (domain.Recipient, error) {
	r, err := s.Ledger.Recipient(ctx, who.Client, id)
	if err == nil && !r.Live() {
		err = domain.Refuse(domain.NotFound, "there is no recipient %s", id)
	}
	return r, err
}

func (s *surface) getRecipient(c echo.Context, who api.Caller) error {
	r, err := s.ownRecipient(c, who)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shownRecipient(r))
}

func (s *surface) replaceRecipient(c echo.Context, who api.Caller) error {
	var in proRecipient
	if _, err := api.ReadBody(c, &in); err != nil {
		return err
	}
	before, err := s.ownRecipient(c, who)
	if err != nil {
		return err
	}
	if err := sameID("recipientId", in.RecipientID, before.ID); err != nil {
		return err
	}
	r, err := s.saveRecipient(c, who, before.ID, in)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shownRecipient(r))
}

func (s *surface) deleteRecipient(c echo.Context, who api.Caller) error {
	id, err := pathID(c, "id", "recipient")
	if err != nil {
		return err
	}
	if _, err := ledger.Execute(c.Request().Context(), s.Ledger, ledger.RecipientStream(who.Client, id), domain.DeleteRecipient{ID: id}.Decide); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
