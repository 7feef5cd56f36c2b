package http

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// proList answers what a client has of an aggregate as a bare array: all of
// it or, with limit, a page with a Link to the next.
func proList[T any](s *Server, c echo.Context, who Caller, aggregate string, read func(context.Context, string) (T, error)) error {
	from, err := after(c.QueryParam("cursor"), "/cursor")
	if err != nil {
		return err
	}
	most := rowsAtOnce
	if c.QueryParam("limit") != "" {
		if most, err = limit(c); err != nil {
			return err
		}
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, who.Client); err != nil {
		return err
	}
	page := func(from int64) ([]string, int64, error) {
		ids, next, err := s.Views.Names(ctx, aggregate, who.Client, from, most)
		if err != nil {
			err = fmt.Errorf("list %ss of client %s: %w", aggregate, who.Client, err)
		}
		return ids, next, err
	}
	show := func(id string) (T, error) { return read(ctx, id) }
	if c.QueryParam("limit") == "" {
		return answerRows(s, c, pages(from, page), show)
	}
	ids, next, err := page(from)
	if err != nil {
		return err
	}
	shown := make([]T, len(ids))
	for i, id := range ids {
		if shown[i], err = show(id); err != nil {
			return err
		}
	}
	if next > 0 {
		linkNext(c, most, next)
	}
	return c.JSON(http.StatusOK, shown)
}

// eventAt is the first event that a keyed request wrote.
func (s *Server) eventAt(c echo.Context, use eventstore.KeyUse) (domain.Event, error) {
	first, err := s.Ledger.Store.ReadAll(c.Request().Context(), use.First-1, 1)
	if err != nil {
		return nil, err
	}
	if len(first) == 0 {
		return nil, fmt.Errorf("position %d, where a keyed request began, is not there", use.First)
	}
	fact, err := ledger.Fact(first[0])
	return fact.Event, err
}
