package webhooks

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// record is a webhook as its client sees it.
type record struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	Types     []string  `json:"types"`
	Enabled   bool      `json:"enabled"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	// RotatingUntil is the time until which an old secret signs beside the new one.
	RotatingUntil *time.Time `json:"rotating_until,omitempty"`
	// Disabled says why the ledger disabled it.
	Disabled *disabled `json:"disabled,omitempty"`

	Position     int64      `json:"position"`                // of the log: everything up to it was sent
	Retried      int        `json:"waiting"`                 // failed messages that are retried
	WaitingSince *time.Time `json:"waiting_since,omitempty"` // first try of the oldest of them

	Secret string `json:"secret,omitempty"` // shown only once
}

type disabled struct {
	Message string    `json:"message"`
	Since   time.Time `json:"since"`
	Reason  string    `json:"reason"`
}

// record reads the current state of a webhook.
func (s *surface) record(ctx context.Context, w domain.Webhook) (record, error) {
	r := record{
		ID: w.ID, URL: w.Terms.URL, Types: w.Terms.Types, Enabled: w.Terms.Enabled,
		CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt, Position: w.Position,
	}
	if signing := w.Signing(s.Now()); len(signing) > 1 {
		r.RotatingUntil = &signing[1].Until
	}
	if d := w.Disabled; d != nil {
		r.Disabled = &disabled{d.Message, d.Since, d.Reason}
	}
	progress, ok, err := s.Webhooks.WebhookProgress(ctx, w.ID)
	if err != nil {
		return r, err
	}
	if ok {
		r.Position = progress.Cursor.Position
	}
	var since time.Time
	if r.Retried, since, err = s.Webhooks.WebhooksWaiting(ctx, w.ID); r.Retried > 0 {
		r.WaitingSince = &since
	}
	return r, err
}

func (s *surface) answer(c echo.Context, status int, w domain.Webhook, secret string) error {
	r, err := s.record(c.Request().Context(), w)
	if err != nil {
		return err
	}
	r.Secret = secret
	return c.JSON(status, r)
}

// at is the stream of the webhook in the path.
func at(c echo.Context, who api.Caller) (at ledger.Stream[domain.Webhook], id string, err error) {
	if id, err = api.GUIDParam(c, "id", "webhook"); err != nil {
		return at, id, err
	}
	return ledger.WebhookStream(who.Client, id).Existing("webhook %s", id), id, nil
}

// own reads the webhook in the path.
func (s *surface) own(c echo.Context, who api.Caller) (w domain.Webhook, err error) {
	at, id, err := at(c, who)
	if err != nil {
		return w, err
	}
	if w, err = ledger.Load(c.Request().Context(), s.Ledger, at); err == nil && !w.Live() {
		err = domain.Refuse(domain.NotFound, "there is no webhook %s", id)
	}
	return w, err
}
