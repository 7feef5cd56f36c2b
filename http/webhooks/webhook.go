package webhooks

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// input is a client's settings of a webhook; fields left out stay as they are.
type input struct {
	URL     *string  `json:"url"`
	Types   []string `json:"types"`
	Enabled *bool    `json:"enabled"`
}

// open makes a webhook. Its secret is shown only now.
func (s *surface) open(c echo.Context, who api.Caller) error {
	var in input
	body, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	terms := domain.WebhookTerms{Types: in.Types, Enabled: in.Enabled == nil || *in.Enabled}
	if in.URL != nil {
		terms.URL = *in.URL
	}
	if in.Types == nil {
		terms.Types = []string{"*"}
	}
	ctx := c.Request().Context()
	once, err := s.Once(c, who, body)
	if err != nil {
		return err
	}
	if once.Repeated() {
		return api.SecretIsGone("rotate it to have another")
	}
	done, err := s.opens.Take(ctx, who.Client)
	if err != nil {
		return err
	}
	defer done()
	if err := s.room(ctx, who.Client); err != nil {
		return err
	}
	id := api.NewID()
	secret, sealed, err := s.Ledger.NewWebhookSecret(who.Client, id)
	if err != nil {
		return err
	}
	w, err := ledger.Execute(ctx, s.Ledger, ledger.WebhookStream(who.Client, id),
		domain.OpenWebhook{ID: id, Terms: terms, Secret: sealed, Sandbox: s.Sandbox != nil}.Decide, once.Key)
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, "/v1/webhooks/"+id)
	return s.answer(c, http.StatusCreated, w, secret)
}

// room refuses a webhook above domain.MaxWebhooks.
func (s *surface) room(ctx context.Context, client string) error {
	if err := s.Views.WaitFor(ctx, client); err != nil {
		return err
	}
	ids, _, err := s.Views.Names(ctx, "webhook", client, 0, domain.MaxWebhooks)
	if err == nil && len(ids) >= domain.MaxWebhooks {
		err = domain.Refuse(domain.RuleBroken, "a client has %d webhooks at most: delete one first", domain.MaxWebhooks)
	}
	return err
}

// list answers the client's webhooks, the oldest first.
func (s *surface) list(c echo.Context, who api.Caller) error {
	most, err := api.Limit(c)
	if err != nil {
		return err
	}
	from, err := api.After(c.QueryParam("cursor"), "/cursor")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, who.Client); err != nil {
		return err
	}
	ids, next, err := s.Views.Names(ctx, "webhook", who.Client, from, most)
	if err != nil {
		return fmt.Errorf("list webhooks of client %s: %w", who.Client, err)
	}
	var shown []record
	for _, id := range ids {
		w, err := ledger.Load(ctx, s.Ledger, ledger.WebhookStream(who.Client, id))
		if err != nil {
			return err
		}
		if !w.Live() {
			continue // deleted since the list was read
		}
		r, err := s.record(ctx, w)
		if err != nil {
			return err
		}
		shown = append(shown, r)
	}
	cursor := ""
	if next > 0 {
		cursor = strconv.FormatInt(next, 10)
	}
	return api.AnswerPage(c, shown, cursor)
}

func (s *surface) get(c echo.Context, who api.Caller) error {
	w, err := s.own(c, who)
	if err != nil {
		return err
	}
	return s.answer(c, http.StatusOK, w, "")
}

func (s *surface) change(c echo.Context, who api.Caller) error {
	at, _, err := at(c, who)
	if err != nil {
		return err
	}
	var in input
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	w, err := ledger.Execute(c.Request().Context(), s.Ledger, at,
		domain.ChangeWebhook{URL: in.URL, Types: in.Types, Enabled: in.Enabled, Sandbox: s.Sandbox != nil}.Decide)
	if err != nil {
		return err
	}
	return s.answer(c, http.StatusOK, w, "")
}

func (s *surface) remove(c echo.Context, who api.Caller) error {
	at, _, err := at(c, who)
	if err != nil {
		return err
	}
	if _, err := ledger.Execute(c.Request().Context(), s.Ledger, at, domain.DeleteWebhook{}.Decide); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
