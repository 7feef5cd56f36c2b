package ops

import (
	"context"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
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
		return api.Invalid("/to", "range", "from on, %d days at most", mostDays)
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

// bankBody is the request that configures one of our ODFIs.
type bankBody struct {
	Routing  string                  `json:"routing"`
	Delivery domain.DeliverySettings `json:"delivery"`
	File     domain.FileSettings     `json:"file"`
	guard.Rules
	domain.BankProfile
}

// bankAnswer is the response. It also previews a file as the bank would
// receive it.
type bankAnswer struct {
	bankBody
	Probe    *domain.ProbeFile `json:"probe,omitempty"`
	Warnings []string          `json:"warnings,omitempty"` // about keys that expire soon

	DecisionSecret string `json:"decision_secret,omitempty"`
}

func (s *surface) getBank(c echo.Context, _ api.Caller) error {
	bank, err := s.Ledger.Bank(c.Request().Context(), c.Param("routing"))
	if err != nil {
		return err
	}
	if bank.Version == 0 {
		return domain.Refuse(domain.NotFound, "ODFI %q has no settings: files go to the outbox", c.Param("routing"))
	}
	return c.JSON(http.StatusOK, bankBody{bank.Routing, bank.Delivery, bank.File, bank.Rules, bank.BankProfile})
}

// configureBank replaces the settings of one of our ODFIs.
func (s *surface) configureBank(c echo.Context, who api.Caller) error {
	var in bankBody
	input, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	if in.Routing != "" && in.Routing != c.Param("routing") {
		return api.Invalid("/routing", "fixed", "is the routing number of the path")
	}
	if s.NoOutbox && in.Delivery.Method == domain.ToOutbox {
		return api.Invalid("/delivery/method", "outbox", "the nodes share no outbox: start them with --outbox")
	}
	ctx, err := s.ForTwo(c, who, domain.ActBank, c.Param("routing"), input)
	if err != nil {
		return err
	}
	if in.Segment == domain.ByDirection && in.Balance != domain.BalanceNone {
		if err := s.checkNoClientBalances(ctx, c.Param("routing")); err != nil {
			return err
		}
	}
	command := domain.ConfigureBank{
		Routing: c.Param("routing"), Delivery: in.Delivery, File: in.File, Rules: in.Rules, BankProfile: in.BankProfile, Sandbox: s.Sandbox != nil,
	}
	var warnings []string
	bank, err := ledger.ExecuteWith(ctx, s.Ledger, ledger.BankStream(command.Routing), func(now domain.Bank) (d ledger.Decision, err error) {
		// If another pattern of file names is set meanwhile, the other ODFIs are checked again.
		if d.With, err = s.unlessChanged(ctx, domain.BankNamesStream, command.NamesSet(now)); err != nil {
			return d, err
		}
		if command.Others, err = s.otherBanks(ctx); err != nil {
			return d, err
		}
		if d.Events, err = command.Decide(now); err == nil {
			warnings, err = s.checkKeys(in.PGP)
		}
		return d, err
	})
	if err != nil {
		return err
	}
	probe, err := bank.Probe()
	if err != nil {
		return err
	}
	secret, err := s.decisionSecret(input, "odfi/"+bank.Routing)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, bankAnswer{bankBody{bank.Routing, bank.Delivery, bank.File, bank.Rules, bank.BankProfile}, &probe, warnings, secret})
}

// otherBanks are all ODFIs with settings.
func (s *surface) otherBanks(ctx context.Context) (list []domain.Bank, err error) {
	if err := s.Views.WaitFor(ctx, api.Everyone); err != nil {
		return nil, err
	}
	known, err := s.Views.Receivers(ctx)
	if err != nil {
		return nil, err
	}
	for _, routing := range known.Banks {
		bank, err := s.Ledger.Bank(ctx, routing)
		if err != nil {
			return nil, err
		}
		list = append(list, bank)
	}
	return list, nil
}

// checkKeys refuses keys with which no file could be encrypted or decrypted.
func (s *surface) checkKeys(p *domain.PGP) (warnings []string, err error) {
	if p == nil || s.CheckKeys == nil {
		return nil, nil
	}
	faults, warnings := s.CheckKeys(p)
	if len(faults) > 0 {
		return nil, &domain.Refusal{Code: domain.RuleBroken, Fields: faults}
	}
	return warnings, nil
}
