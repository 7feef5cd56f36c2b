package ops

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// actRow is an event that a person or operations caused, as the log has it.
type actRow struct {
	Position  int64           `json:"position"`
	Time      time.Time       `json:"time"`
	Actor     string          `json:"actor"`            // credential key, person, or worker
	Person    string          `json:"person,omitempty"` // who answers for the credential
	Type      string          `json:"type"`
	Stream    string          `json:"stream"`
	Client    string          `json:"client"`
	RequestID string          `json:"request_id,omitempty"`
	Cause     string          `json:"cause,omitempty"`
	Approval  string          `json:"approval,omitempty"`
	Data      json.RawMessage `json:"data"`
}

// actPage has the newest position as its cursor, from which to ask again later.
type actPage struct {
	Data       []actRow `json:"data"`
	NextCursor int64    `json:"next_cursor"`
}

// audit answers what people and operations did after a position, in log order;
// actor= and client= select. With Accept: application/x-ndjson or text/csv it
// is an export of all of it.
func (s *surface) audit(c echo.Context, who api.Caller) error {
	f, err := s.actFilter(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, api.Everyone); err != nil {
		return err
	}
	if api.IsExport(c) {
		return s.exportAudit(c, who, f)
	}
	rows, err := s.acts(ctx, f)
	if err != nil {
		return err
	}
	p := actPage{Data: rows, NextCursor: f.After}
	if n := len(rows); n > 0 {
		p.NextCursor = rows[n-1].Position
	}
	return c.JSON(http.StatusOK, p)
}

// exportAudit streams everything selected up to the time of the request, so
// that an export does not contain the event of its own.
func (s *surface) exportAudit(c echo.Context, who api.Caller, f projections.ActFilter) error {
	ctx := c.Request().Context()
	until, err := s.Ledger.Store.Reached(ctx, api.Everyone)
	if err != nil {
		return err
	}
	record := domain.Exported{What: "audit", Client: f.Client, Actors: f.Actors, After: f.After}
	all := api.Pages(f.After, func(at int64) ([]actRow, int64, error) {
		page := f
		page.After, page.Limit = at, api.RowsAtOnce
		rows, err := s.acts(ctx, page)
		if beyond := slices.IndexFunc(rows, func(r actRow) bool { return r.Position > until }); beyond >= 0 {
			return rows[:beyond], 0, err
		}
		if len(rows) < page.Limit {
			return rows, 0, err
		}
		return rows, rows[len(rows)-1].Position, err
	})
	return api.Export(s.Kit, c, who, record, all, api.Shown(func(r actRow) actRow { return r }))
}

func (s *surface) actFilter(c echo.Context) (f projections.ActFilter, err error) {
	if f.After, err = s.AfterInLog(c.Request().Context(), c.QueryParam("after"), "/after"); err != nil {
		return f, err
	}
	if f.Limit, err = api.Limit(c); err != nil {
		return f, err
	}
	f.Client = c.QueryParam("client")
	if actor := c.QueryParam("actor"); actor != "" {
		f.Actors, err = s.ActorsOf(c.Request().Context(), actor)
	}
	return f, err
}

func (s *surface) acts(ctx context.Context, f projections.ActFilter) ([]actRow, error) {
	events, err := s.Views.Acts(ctx, f)
	if err != nil {
		return nil, err
	}
	rows := make([]actRow, len(events))
	for i, r := range events {
		if rows[i], err = s.shownAct(ctx, r); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func (s *surface) shownAct(ctx context.Context, r eventstore.Recorded) (actRow, error) {
	var meta domain.Meta
	if err := json.Unmarshal(r.Meta, &meta); err != nil {
		return actRow{}, fmt.Errorf("position %d: decode meta: %w", r.Position, err)
	}
	row := actRow{
		Position: r.Position, Time: meta.At, Actor: meta.Actor, Type: r.Type, Stream: r.Stream, Client: r.Client,
		RequestID: meta.RequestID, Cause: meta.Cause, Approval: meta.Approval, Data: domain.Shareable(r.Type, r.Data),
	}
	if !projections.IsPerson(meta.Actor) {
		known, err := s.Directory.Credential(ctx, meta.Actor)
		if err != nil {
			return row, err
		}
		row.Person = known.Owner
	}
	return row, nil
}
