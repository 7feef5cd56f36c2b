package ops

import (
	"context"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// exposureLine is how much of a limit is used on a day, and what the limit
// holds.
type exposureLine struct {
	Client     string `json:"client,omitempty"` // whose limit it is; left out: the ODFI's
	ODFI       string `json:"odfi,omitempty"`
	Rule       string `json:"rule"`
	Date       string `json:"date"`
	UsedCents  int64  `json:"used_cents"`
	UsedCount  int64  `json:"used_count"`
	LimitCents *int64 `json:"limit_cents"` // null: no limit
	LimitCount *int64 `json:"limit_count"`
	HeldCents  int64  `json:"waiting_cents"` // held by the rule, for any day
	HeldCount  int64  `json:"waiting_count"`
}

// exposure answers how much of the limits is used: of one client's or of all,
// on a day or on every day from today on.
func (s *surface) exposure(c echo.Context, _ api.Caller) error {
	from, only := guard.BankingDay(s.LedgerNow().Now()), c.QueryParam("date")
	if only != "" {
		day, err := calendar.ParseDate(only)
		if err != nil {
			return api.Invalid("/date", "date", "%v", err)
		}
		from = day
	}
	ctx, client := c.Request().Context(), c.QueryParam("client")
	if err := s.Views.WaitFor(ctx, api.Everyone); err != nil {
		return err
	}
	lines, err := s.exposed(ctx, from, client)
	if err != nil {
		return err
	}
	if only != "" {
		lines = slices.DeleteFunc(lines, func(l exposureLine) bool { return l.Date != from.String() })
	}
	return api.AnswerWhole(c, lines)
}

// exposed returns how much of the limits of a client, or of all for "", is used on
// each day from the given one on, and what these limits hold.
func (s *surface) exposed(ctx context.Context, from calendar.Date, client string) ([]exposureLine, error) {
	lines, err := s.Guard.Exposure(ctx, from)
	if err != nil {
		return nil, err
	}
	held, err := s.Views.HeldByRules(ctx, client)
	if err != nil {
		return nil, err
	}
	waiting := projections.HeldOf(held)
	shown := []exposureLine{}
	for _, l := range lines {
		if client != "" && l.Client != client {
			continue
		}
		w := waiting[[2]string{l.Client, l.Rule}]
		shown = append(shown, exposureLine{
			Client: l.Client, ODFI: l.ODFI, Rule: l.Rule, Date: l.Day.String(), UsedCents: l.Used.Cents, UsedCount: l.Used.Count,
			LimitCents: bound(l.Limit.Cents), LimitCount: bound(l.Limit.Count), HeldCents: w.Cents, HeldCount: w.Count,
		})
	}
	return shown, nil
}

func bound(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}
