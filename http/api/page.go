package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/achledger/achledger/domain"
	"github.com/labstack/echo/v4"
)

// page is a native list.
type page[T any] struct {
	Data       []T     `json:"data"`
	NextCursor *string `json:"next_cursor"`
}

// AnswerPage writes a list; an empty next is the end.
func AnswerPage[T any](c echo.Context, data []T, next string) error {
	if data == nil {
		data = []T{}
	}
	p := page[T]{Data: data}
	if next != "" {
		p.NextCursor = &next
	}
	return c.JSON(http.StatusOK, p)
}

// AnswerWhole writes a list that is in memory. It is complete unless the caller
// asks for pages of it.
func AnswerWhole[T any](c echo.Context, list []T) error {
	from, err := After(c.QueryParam("cursor"), "/cursor")
	if err != nil {
		return err
	}
	most := len(list)
	if c.QueryParam("limit") != "" {
		if most, err = Limit(c); err != nil {
			return err
		}
	}
	list = list[min(from, int64(len(list))):]
	if len(list) <= most {
		return AnswerPage(c, list, "")
	}
	return AnswerPage(c, list[:most], strconv.FormatInt(from+int64(most), 10))
}

// List answers a page of a view: limit and cursor come from the request, and
// the view is caught up with what was written for the client before. What names
// the rows in an error.
func List[R, T any](s *Kit, c echo.Context, client, what string,
	find func(ctx context.Context, limit int, cursor string) ([]R, string, error), show func(R) (T, error),
) error {
	most, err := Limit(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, client); err != nil {
		return err
	}
	rows, next, err := find(ctx, most, c.QueryParam("cursor"))
	if err != nil {
		return fmt.Errorf("list %s: %w", what, err)
	}
	shown, err := showAll(rows, show)
	if err != nil {
		return err
	}
	return AnswerPage(c, shown, next)
}

func showAll[R, T any](rows []R, show func(R) (T, error)) ([]T, error) {
	shown := make([]T, len(rows))
	for i, r := range rows {
		var err error
		if shown[i], err = show(r); err != nil {
			return nil, err
		}
	}
	return shown, nil
}

// Find answers the row whose id is in the path, once the view has caught up
// with what was written for the client before.
func Find[R, T any](s *Kit, c echo.Context, client, what string,
	find func(ctx context.Context, id string) (R, bool, error), show func(R) T,
) error {
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, client); err != nil {
		return err
	}
	row, ok, err := find(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if !ok {
		return domain.Refuse(domain.NotFound, "there is no %s %q", what, c.Param("id"))
	}
	return c.JSON(http.StatusOK, show(row))
}

// Shown adapts a conversion that cannot fail to List.
func Shown[R, T any](show func(R) T) func(R) (T, error) {
	return func(r R) (T, error) { return show(r), nil }
}

// Limits of native lists.
const (
	defaultLimit = 100
	MaxLimit     = 1000
)

// Limit reads how many rows a list may have.
func Limit(c echo.Context) (int, error) {
	text := c.QueryParam("limit")
	if text == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > MaxLimit {
		return 0, Invalid("/limit", "range", "must be a whole number from 1 to %d", MaxLimit)
	}
	return n, nil
}

// AfterInLog reads the log position after which a caller wants events. A position
// that the log has not reached is refused: the caller read it from another log, as
// before a restore to an earlier time. A caller that waited there would miss the
// events recorded until the log gets that far.
func (s *Kit) AfterInLog(ctx context.Context, text, pointer string) (int64, error) {
	after, err := After(text, pointer)
	if err != nil {
		return 0, err
	}
	head, err := s.Ledger.Store.Head(ctx)
	if err != nil || after <= head.Position {
		return after, err
	}
	reached, err := s.Ledger.Store.Reached(ctx, "") // another node may have written more
	if err == nil && after > reached {
		err = Invalid(pointer, "position", "the log ends at position %d: if it reached this one before, it was restored to an earlier time, and what was read of it since then is to be compared", reached)
	}
	return after, err
}

// After reads the position in a view after which a list continues.
func After(text, pointer string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, Invalid(pointer, "position", "must be a log position, zero or more")
	}
	return n, nil
}
