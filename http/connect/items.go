package connect

import (
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// Values of the filters of the event list.
var (
	itemKinds = []domain.ItemKind{domain.Origination, domain.Return, domain.Correction, domain.Dishonor,
		domain.Contest, domain.RefusedChange, domain.Reversal, domain.Retry, domain.ReturnFee, domain.ReturnRequest}
	itemStatuses   = []string{projections.Pending, projections.Released, projections.Transmitted, projections.Rejected, projections.Recalled}
	itemDirections = []domain.Direction{domain.ToFed, domain.FromFed}
)

// positionHeader names the position of the log that a list shows: after it are the
// changes that a client has not seen.
const positionHeader = "Ledger-Position"

// maxPage bounds the limit of a list.
const maxPage = 1000

// listEvents answers GET /api/transaction/event with a bare array: all that
// match, or one page when limit is sent.
func (s *surface) listEvents(c echo.Context, who api.Caller) error {
	ctx := c.Request().Context()
	query := c.QueryParams()
	after, err := s.AfterInLog(ctx, c.QueryParam("after"), "/after")
	if err != nil {
		return err
	}
	filter, err := itemFilter(query)
	if err != nil {
		return err
	}
	filter.Client, filter.After = who.Client, after
	if c.QueryParam("after") == "" && filter.FromDay == "" && filter.ToDay == "" {
		today := calendar.DateOf(s.Ledger.Now()).String()
		filter.FromDay, filter.ToDay = today, today
		query.Set("date", today) // the next page is of the same day, also after midnight
	}
	if err := s.Views.WaitFor(ctx, who.Client); err != nil {
		return err
	}
	if filter.Cursor == "" { // what follows a page is read later than what was read on it
		c.Response().Header().Set(positionHeader, strconv.FormatInt(s.Views.Position(), 10))
	}
	if filter.Limit == 0 {
		filter.Limit = api.RowsAtOnce
		all := api.Pages(filter.Cursor, func(at string) ([]projections.Item, string, error) {
			filter.Cursor = at
			return s.Views.Items(ctx, filter)
		})
		return api.AnswerAll(s.Kit, c, all, api.Shown(api.NewEventRecord))
	}
	items, next, err := s.Views.Items(ctx, filter)
	if err != nil {
		return err
	}
	return api.AnswerLinked(c, items, filter.Limit, next, api.Shown(api.NewEventRecord))
}

// itemFilter reads the filters of the event list.
func itemFilter(query url.Values) (f projections.ItemFilter, err error) {
	q := api.QueryReader{Values: query}
	f = projections.ItemFilter{
		Kind:      api.Pick(&q, "eventType", itemKinds),
		Status:    api.Pick(&q, "status", itemStatuses),
		Direction: api.Pick(&q, "direction", itemDirections),
		FromDay:   q.Day("startDate"),
		ToDay:     q.Day("endDate"),
		Limit:     int(q.Number("limit", 1, maxPage)),
		Cursor:    q.Text("cursor"),
	}
	if day := q.Day("date"); day != "" {
		if f.FromDay != "" || f.ToDay != "" {
			q.Bad("date", "conflict", "send date, or startDate and endDate")
		}
		f.FromDay, f.ToDay = day, day
	}
	if f.FromDay != "" && f.ToDay != "" && f.FromDay > f.ToDay {
		q.Bad("endDate", "range", "is before startDate")
	}
	return f, q.Refusal()
}
