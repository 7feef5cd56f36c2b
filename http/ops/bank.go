package ops

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

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
	routing := c.Param("routing")
	if err := nacha.ValidRouting(routing); err != nil {
		return domain.Refuse(domain.NotFound, "there is no such ODFI: %v", err)
	}
	bank, err := s.Ledger.Bank(c.Request().Context(), routing)
	if err != nil {
		return err
	}
	if bank.Version == 0 { // a number in quotes would be masked, as an account number is
		return domain.Refuse(domain.NotFound, "ODFI %s has no settings: files go to the outbox", routing)
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
