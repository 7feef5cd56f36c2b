package ledger

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
)

// RatesOf returns the levels of return rates for a client's companies: its own and
// those of its ODFIs, all of which apply.
func (l *Ledger) RatesOf(ctx context.Context, c domain.Client) (all guard.AllRates, err error) {
	if c.Settings.Rates != nil {
		all = append(all, *c.Settings.Rates)
	}
	for _, odfi := range c.Settings.ODFIs {
		bank, err := l.Bank(ctx, odfi)
		if err != nil {
			return nil, err
		}
		if bank.Rates != nil {
			all = append(all, *bank.Rates)
		}
	}
	return all, nil
}

// CompanyStream is the stream of a client's company identification and its
// return rates.
func CompanyStream(client, company string) Stream[domain.RatedCompany] {
	return streamOf[domain.RatedCompany](domain.CompanyStream(client, company), client)
}
