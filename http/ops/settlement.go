package ops

import (
	"context"
	"fmt"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

type sumOf struct {
	Entries int   `json:"entries"`
	Cents   int64 `json:"cents"`
}

// settlementRow is what settles for one of our banks on a day in one
// direction, to be reconciled with its reserve account.
type settlementRow struct {
	ODFI            string `json:"odfi"`
	Direction       string `json:"direction"`
	Date            string `json:"date"`
	Debits          sumOf  `json:"debits"`
	Credits         sumOf  `json:"credits"`
	ReturnedDebits  sumOf  `json:"returned_debits"`
	ReturnedCredits sumOf  `json:"returned_credits"`
	Unmatched       sumOf  `json:"unmatched"` // part of the above that is unmatched
	NetCents        int64  `json:"net_cents"` // into the reserve account; negative: out of it
}

func (s *surface) settlements(c echo.Context, who api.Caller) error {
	on, err := api.QueryDay(c, "date", calendar.DateOf(s.Ledger.Now()))
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, api.Everyone); err != nil {
		return err
	}
	if api.IsExport(c) {
		return s.exportSettlements(c, who, on)
	}
	for _, bound := range []string{"from", "to"} {
		if c.QueryParam(bound) != "" { // one day would pass for all of them
			return api.Invalid("/"+bound, "export", "is of an export: send date, or ask for text/csv or application/x-ndjson")
		}
	}
	rows, err := s.settledOn(ctx, on)
	if err != nil {
		return err
	}
	return api.AnswerWhole(c, rows)
}

func (s *surface) settledOn(ctx context.Context, on calendar.Date) ([]settlementRow, error) {
	rows, err := s.Views.Settlements(ctx, on.String())
	if err != nil {
		return nil, fmt.Errorf("sum up settlements of %s: %w", on, err)
	}
	shown := make([]settlementRow, len(rows))
	for i, r := range rows {
		shown[i] = settlementRow{
			ODFI: r.ODFI, Direction: string(r.Direction), Date: r.Day, Debits: sum(r.Debits), Credits: sum(r.Credits),
			ReturnedDebits: sum(r.ReturnedDebits), ReturnedCredits: sum(r.ReturnedCredits), Unmatched: sum(r.Waiting), NetCents: r.NetCents(),
		}
	}
	return shown, nil
}

// mostDays bounds the days of a settlement export.
const mostDays = 366

// exportSettlements responds with the settlements of one day, or of the days
// from and to.
func (s *surface) exportSettlements(c echo.Context, who api.Caller, on calendar.Date) error {
	from, err := api.QueryDay(c, "from", on)
	if err != nil {
		return err
	}
	to, err := api.QueryDay(c, "to", from)
	if err != nil {
		return err
	}
	if to.Before(from) || from.Add(mostDays).Before(to) {
		return api.Invalid("/to", "range", "must be from the first day on, %d days at most", mostDays)
	}
	ctx := c.Request().Context()
	all := func(yield func(settlementRow, error) bool) {
		for day := from; !to.Before(day); day = day.Add(1) {
			rows, err := s.settledOn(ctx, day)
			if err != nil {
				yield(settlementRow{}, err)
				return
			}
			for _, row := range rows {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
	return api.Export(s.Kit, c, who, domain.Exported{What: "settlements"}, all, api.Shown(func(r settlementRow) settlementRow { return r }))
}

func sum(s projections.Sum) sumOf { return sumOf{s.Entries, s.Cents} }
