package pro

import (
	"context"
	"fmt"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/http/api"
)

// proList responds with a client's objects of one kind as a JSON array: all of
// them or, with limit, a page with a Link to the next.
func proList[T any](s *surface, c echo.Context, who api.Caller, aggregate string, read func(context.Context, string) (T, error)) error {
	from, err := api.After(c.QueryParam("cursor"), "/cursor")
	if err != nil {
		return err
	}
	most := api.RowsAtOnce
	if c.QueryParam("limit") != "" {
		if most, err = api.Limit(c); err != nil {
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
		return api.AnswerAll(s.Kit, c, api.Pages(from, page), show)
	}
	ids, next, err := page(from)
	if err != nil {
		return err
	}
	cursor := ""
	if next > 0 {
		cursor = strconv.FormatInt(next, 10)
	}
	return api.AnswerLinked(c, ids, most, cursor, show)
}
