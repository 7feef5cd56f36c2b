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

// ledgerEvent is an event of the log as its client sees it. Account numbers in
// its data are sealed, and domain.Shareable drops what is not for clients.
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

// eventPage differs from other pages in its cursor: the newest log position
// examined, from which to ask again later.
type eventPage struct {
	Data       []ledgerEvent `json:"data"`
	NextCursor int64         `json:"next_cursor"`
}

// ledgerEvents answers the client's events after a position, in log order.
func (s *surface) ledgerEvents(c echo.Context, who api.Caller) error {
	from, err := s.AfterInLog(c.Request().Context(), c.QueryParam("after"), "/after")
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
	if api.IsExport(c) {
		return s.exportEvents(c, who, from, eventType)
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

// exportEvents answers all the client's events after a position, up to the
// newest at the time of the request.
func (s *surface) exportEvents(c echo.Context, who api.Caller, after int64, eventType string) error {
	ctx := c.Request().Context()
	until, err := s.Ledger.Store.Reached(ctx, who.Client)
	if err != nil {
		return err
	}
	all := api.Pages(after, func(at int64) ([]eventstore.Recorded, int64, error) {
		events, upTo, err := s.Views.ClientEvents(ctx, who.Client, at, eventType, api.RowsAtOnce)
		if err != nil || upTo >= until {
			upTo = 0
		}
		return events, upTo, err
	})
	upToNow := func(yield func(eventstore.Recorded, error) bool) {
		for r, err := range all {
			if err == nil && r.Position > until || !yield(r, err) {
				return
			}
		}
	}
	return api.Export(s.Kit, c, who, domain.Exported{What: "events", Client: who.Client, After: after}, upToNow, shownEvent)
}
