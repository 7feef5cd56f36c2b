package webhooks

import (
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
)

// failedMessage is a message that failed, with its current state.
type failedMessage struct {
	Message string    `json:"message"`
	Type    string    `json:"type"`
	State   string    `json:"state"` // waiting, or failed: tried for three days
	Tries   int       `json:"tries"`
	FirstAt time.Time `json:"first_at"`
	NextAt  time.Time `json:"next_at"`
	Status  int       `json:"status,omitempty"`
	Failure string    `json:"failure,omitempty"`
}

// deliveries answers the newest tries, newest first, or the waiting messages,
// by id.
func (s *surface) deliveries(c echo.Context, who api.Caller) error {
	w, err := s.own(c, who)
	if err != nil {
		return err
	}
	most, err := api.Limit(c)
	if err != nil {
		return err
	}
	switch c.QueryParam("state") {
	case "":
		return s.tries(c, w.ID, most)
	case "waiting":
		return s.listFailed(c, w.ID, most)
	default:
		return api.Invalid("/state", "enum", "must be waiting, or left out for the newest tries")
	}
}

func (s *surface) listFailed(c echo.Context, id string, most int) error {
	var after eventstore.WebhookPlace
	if text := c.QueryParam("cursor"); text != "" {
		var ok bool
		if after, ok = eventstore.ParseWebhookPlace(text); !ok {
			return api.Invalid("/cursor", "cursor", "must be the next_cursor of an earlier answer")
		}
	}
	list, err := s.Webhooks.WaitingWebhooks(c.Request().Context(), id, after, most+1)
	if err != nil {
		return err
	}
	next := ""
	if len(list) > most {
		list, next = list[:most], list[most-1].String()
	}
	shown := make([]failedMessage, len(list))
	for i, m := range list {
		shown[i] = failedMessage{m.String(), m.Type, "waiting", m.Tries, m.FirstAt, m.NextAt, m.Status, m.Failure}
		if m.GivenUp {
			shown[i].State = "failed"
		}
	}
	return api.AnswerPage(c, shown, next)
}

// tries answers the attempts of the newest rounds. The attempts of one round
// are never split, so a page may exceed its limit by one round; the cursor is
// the number of the last round.
func (s *surface) tries(c echo.Context, id string, most int) error {
	before, err := api.After(c.QueryParam("cursor"), "/cursor")
	if err != nil {
		return err
	}
	rounds, err := s.Webhooks.WebhookRounds(c.Request().Context(), id, before, min(most, eventstore.MaxWebhookRounds)+1)
	if err != nil {
		return err
	}
	var list []eventstore.WebhookAttempt
	next := ""
	for i, r := range rounds {
		slices.Reverse(r.Attempts)
		list = append(list, r.Attempts...)
		if len(list) >= most && i < len(rounds)-1 {
			next = strconv.FormatInt(r.Number, 10)
			break
		}
	}
	return api.AnswerPage(c, list, next)
}
