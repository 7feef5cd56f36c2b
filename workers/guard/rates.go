package guard

import (
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// daily has the return rates of all clients computed once a day. They change
// without any event: a rate may rise when debits that were not returned drop
// out of the sixty days.
func (p *pass) daily(shown *projections.Guarding) error {
	today := calendar.DateOf(p.Ledger.Now())
	if !p.watches || p.watchedOn == today {
		return nil
	}
	all, err := shown.Clients()
	if err != nil {
		return fmt.Errorf("list the clients whose return rates are watched: %w", err)
	}
	for _, client := range all {
		p.comesBack(client)
	}
	p.watchedOn = today
	return nil
}

// watch compares the return rates of a client's companies with the levels set
// for it and for its ODFIs. A company that exceeds them may be
// stopped; its entries, including the waiting ones, are then held, for which
// the evaluator is loaded again.
func (p *pass) watch(client string) error {
	levels, err := p.levels(client)
	if err != nil || len(levels) == 0 {
		return err
	}
	w := guard.SixtyDays(calendar.DateOf(p.Ledger.Now()))
	returned, err := p.Views.ReturnedDebits(p.ctx, client, w)
	if err != nil {
		return fmt.Errorf("read what came back to client %s: %w", client, err)
	}
	sent, err := p.Views.DebitBatches(p.ctx, client, w)
	if err != nil {
		return fmt.Errorf("read what client %s sent: %w", client, err)
	}
	var companies []string
	for _, s := range sent {
		if !slices.Contains(companies, s.Company) {
			companies = append(companies, s.Company)
		}
	}
	for _, r := range returned {
		if !slices.Contains(companies, r.Company) {
			companies = append(companies, r.Company)
		}
	}
	for _, company := range companies {
		rates := map[guard.RateClass]guard.Rate{}
		for _, class := range guard.RateClasses {
			rates[class] = guard.MethodB(company, class, w, returned, sent)
		}
		if err := p.rated(client, domain.WatchRates{Company: company, Rules: levels, Rates: rates}); err != nil {
			return err
		}
	}
	return nil
}

// rated records the changes of one company.
func (p *pass) rated(client string, watch domain.WatchRates) error {
	var events []domain.Event
	_, err := ledger.Execute(p.ctx, p.Ledger, ledger.CompanyStream(client, watch.Company), func(c domain.RatedCompany) (_ []domain.Event, err error) {
		events, err = watch.Decide(c)
		return events, err
	})
	if err != nil {
		return fmt.Errorf("watch the return rates of company %s of client %s: %w", watch.Company, client, err)
	}
	for _, e := range events {
		switch e := e.(type) {
		case domain.CompanyRateChanged:
			p.Log.Warn("a return rate changed its level", "client", client, "company", e.Company, "class", e.Class, "level", e.Level,
				"returned", e.Returned, "originated", e.Originated)
		case domain.CompanyStopped:
			p.Log.Error("a company's entries are held because of its return rate", "client", client, "company", e.Company,
				"class", e.Class, "action", e.Action, "why", e.Reason)
			p.again = true
		}
	}
	return nil
}

// levels are those of the client and of its ODFIs.
func (p *pass) levels(client string) (guard.AllRates, error) {
	c, err := p.Clients.Client(p.ctx, client)
	if err != nil {
		return nil, err
	}
	return p.Ledger.RatesOf(p.ctx, c)
}
