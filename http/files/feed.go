package files

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
)

// ledgerEvent is an event of the log as its client sees it. Account numbers
// in data are sealed, and what domain.Shareable keeps back is not there.
type ledgerEvent struct {
	Position int64           `json:"position"`
	ID       string          `json:"id"`
	Type     string          `json:"type"`
	Stream   string          `json:"stream"`
	Version  int64           `json:"version"`
	Time     time.Time       `json:"time"`
	Data     json.RawMessage `json:"data"`
}

func shownEvent(r eventstore.Recorded) (ledgerEvent, error) {
	var meta domain.Meta
	if err := json.Unmarshal(r.Meta, &meta); err != nil {
		return ledgerEvent{}, fmt.Errorf("position %d: decode meta: %w", r.Position, err)
	}
	return ledgerEvent{r.Position, uuid.UUID(r.EventID).String(), r.Type, r.Stream, r.Version, meta.At, domain.Shareable(r.Type, r.Data)}, nil
}

// eventPage differs from other lists in its cursor: the newest log position
// looked at, to ask again behind it later.
type eventPage struct {
	Data       []ledgerEvent `json:"data"`
	NextCursor int64         `json:"next_cursor"`
}

// ledgerEvents answers the client's events behind a position, in log order.
func (s *surface) ledgerEvents(c echo.Context, who api.Caller) error {
	from, err := api.After(c.QueryParam("after"), "/after")
	if err != nil {
		return err
	}
	most, err := api.Limit(c)
	if err != nil {
		return err
	}
	eventType := c.QueryParam("type")
	if _, known := domain.Types()[eventType]; eventType != "" && !known {
		return api.Invalid("/type", "enum", "%q is not a type of event", eventType)
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, who.Client); err != nil {
		return err
	}
	recorded, upTo, err := s.Views.ClientEvents(ctx, who.Client, from, eventType, most)
	if err != nil {
		return fmt.Errorf("list events of client %s: %w", who.Client, err)
	}
	p := eventPage{Data: make([]ledgerEvent, len(recorded)), NextCursor: max(from, upTo)}
	for i, r := range recorded {
		if p.Data[i], err = shownEvent(r); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, p)
}
