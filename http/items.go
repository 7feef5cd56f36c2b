package http

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/projections"
)

// Values of the filters of the event list.
var (
	itemKinds = []domain.ItemKind{domain.Origination, domain.Return, domain.Correction, domain.Dishonor,
		domain.Contest, domain.RefusedChange, domain.Reversal, domain.Retry}
	itemStatuses   = []string{projections.Pending, projections.Released, projections.Transmitted, projections.Rejected, projections.Recalled}
	itemDirections = []domain.Direction{domain.ToFed, domain.FromFed}
)

// maxPage bounds the limit of a list.
const maxPage = 1000

// listEvents answers GET /api/transaction/event with a bare array: all that
// match, or one page when limit is sent.
func (s *Server) listEvents(c echo.Context, who Caller) error {
	ctx := c.Request().Context()
	query := c.QueryParams()
	filter, since, err := itemFilter(query)
	if err != nil {
		return err
	}
	filter.Client = who.Client
	if !since && filter.FromDay == "" && filter.ToDay == "" {
		today := calendar.DateOf(s.Ledger.Now()).String()
		filter.FromDay, filter.ToDay = today, today
		query.Set("date", today) // the next page is of the same day, also after midnight
	}
	if err := s.Views.WaitFor(ctx, who.Client); err != nil {
		return err
	}
	if filter.Limit == 0 {
		filter.Limit = rowsAtOnce
		all := pages(filter.Cursor, func(at string) ([]projections.Item, string, error) {
			filter.Cursor = at
			return s.Views.Items(ctx, filter)
		})
		return answerRows(s, c, all, func(i projections.Item) (eventRecord, error) { return newEventRecord(i), nil })
	}
	items, next, err := s.Views.Items(ctx, filter)
	if err != nil {
		return err
	}
	if next != "" {
		nextPage(c, query, next)
	}
	events := make([]eventRecord, len(items))
	for n, i := range items {
		events[n] = newEventRecord(i)
	}
	return c.JSON(http.StatusOK, events)
}

// nextPage links to the page behind this one, with the same filters.
func nextPage(c echo.Context, query url.Values, cursor string) {
	for name := range query {
		if strings.EqualFold(name, "cursor") {
			delete(query, name)
		}
	}
	query.Set("cursor", cursor)
	c.Response().Header().Set("Link", "<"+c.Request().URL.Path+"?"+query.Encode()+`>; rel="next"`)
}

// itemFilter reads the filters of the event list; since reports whether a
// position to go on behind was among them.
func itemFilter(query url.Values) (f projections.ItemFilter, since bool, err error) {
	q := queryReader{values: query}
	f = projections.ItemFilter{
		Kind:      pick(&q, "eventType", itemKinds),
		Status:    pick(&q, "status", itemStatuses),
		Direction: pick(&q, "direction", itemDirections),
		FromDay:   q.day("startDate"),
		ToDay:     q.day("endDate"),
		After:     q.number("after", 0, 1<<62),
		Limit:     int(q.number("limit", 1, maxPage)),
		Cursor:    q.text("cursor"),
	}
	if day := q.day("date"); day != "" {
		if f.FromDay != "" || f.ToDay != "" {
			q.bad("date", "conflict", "send date, or startDate and endDate")
		}
		f.FromDay, f.ToDay = day, day
	}
	if f.FromDay != "" && f.ToDay != "" && f.FromDay > f.ToDay {
		q.bad("endDate", "range", "is before startDate")
	}
	return f, q.text("after") != "", q.refusal()
}
