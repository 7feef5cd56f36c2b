package webhooks

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// overlap is how long an old secret signs beside a new one by default.
const overlap = 24 * time.Hour

// rotate gives a webhook a new secret, which is shown only now. By default the
// old one signs for another day.
func (s *surface) rotate(c echo.Context, who api.Caller) error {
	at, id, err := at(c, who)
	if err != nil {
		return err
	}
	var in struct {
		Overlap string `json:"overlap"`
	}
	body, err := api.ReadOptional(c, &in)
	if err != nil {
		return err
	}
	keep := overlap
	if in.Overlap != "" {
		if keep, err = time.ParseDuration(in.Overlap); err != nil {
			return api.Invalid("/overlap", "duration", "must be a duration such as 24h or 0s")
		}
	}
	once, err := s.Once(c, who, body)
	if err != nil {
		return err
	}
	if once.Repeated() {
		return api.SecretIsGone("rotate it to have another")
	}
	secret, sealed, err := s.Ledger.NewWebhookSecret(who.Client, id)
	if err != nil {
		return err
	}
	w, err := ledger.Execute(c.Request().Context(), s.Ledger, at,
		domain.RotateWebhookSecret{Secret: sealed, Overlap: keep, Now: s.Now()}.Decide, once.Key)
	if err != nil {
		return err
	}
	return s.answer(c, http.StatusCreated, w, secret)
}

// ordered is an order that the worker will carry out.
type ordered struct {
	Message string `json:"message,omitempty"` // its id
	After   *int64 `json:"after,omitempty"`
}

// ping orders a test message.
func (s *surface) ping(c echo.Context, who api.Caller) error {
	return s.order(c, who, nil, domain.PingWebhook{}.Decide)
}

// replay orders everything after a position to be sent again.
func (s *surface) replay(c echo.Context, who api.Caller) error {
	var in struct {
		After *int64 `json:"after"`
	}
	body, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	if in.After == nil {
		return api.Invalid("/after", "required", "must be the position in the log after which everything is sent again")
	}
	head, err := s.Ledger.Store.Head(c.Request().Context())
	if err != nil {
		return err
	}
	return s.order(c, who, body, domain.ReplayWebhook{After: *in.After, Head: head.Position}.Decide)
}

// retry orders one message to be sent now, whether it was delivered before or
// not.
func (s *surface) retry(c echo.Context, who api.Caller) error {
	id := c.Param("message")
	place, ok := eventstore.ParseWebhookPlace(id)
	if !ok {
		return domain.Refuse(domain.NotFound, "there is no message %.40q", id)
	}
	events, err := s.Ledger.Store.ReadAll(c.Request().Context(), place.Position-1, 1)
	if err != nil {
		return err
	}
	if len(events) == 0 || events[0].Client != who.Client {
		return domain.Refuse(domain.NotFound, "there is no message %.40q", id)
	}
	return s.order(c, who, nil, domain.RetryWebhook{Message: id}.Decide)
}

// order records what the worker is to do, and answers 202.
func (s *surface) order(c echo.Context, who api.Caller, body []byte, decide func(domain.Webhook) ([]domain.Event, error)) error {
	at, _, err := at(c, who)
	if err != nil {
		return err
	}
	once, err := s.Once(c, who, body)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		w, err := ledger.Load(c.Request().Context(), s.Ledger, at) // it may have been deleted since
		if err != nil {
			return err
		}
		for _, o := range w.Orders {
			if o.Position == use.First {
				return answerOrder(c, o)
			}
		}
		return fmt.Errorf("nothing was ordered at position %d", use.First)
	}
	w, err := ledger.Execute(c.Request().Context(), s.Ledger, at, decide, once.Key)
	if err != nil {
		return err
	}
	return answerOrder(c, w.Orders[len(w.Orders)-1])
}

func answerOrder(c echo.Context, o domain.WebhookOrder) error {
	var shown ordered
	switch o.Order {
	case domain.WebhookPing:
		shown.Message = strconv.FormatInt(o.Position, 10)
	case domain.WebhookReplay:
		shown.After = &o.After
	default:
		shown.Message = o.Message
	}
	return c.JSON(http.StatusAccepted, shown)
}
