package ledger

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
)

// RatesOf returns the levels of return rates for a client's companies: its own,
// or else those of the first of its ODFIs that has some; nil: none.
func (l *Ledger) RatesOf(ctx context.Context, c domain.Client) (*guard.ReturnRates, error) {
	if c.Settings.Rates != nil {
		return c.Settings.Rates, nil
	}
	for _, odfi := range c.Settings.ODFIs {
		bank, err := l.Bank(ctx, odfi)
		if err != nil || bank.Rates != nil {
			return bank.Rates, err
		}
	}
	return nil, nil
}

// CompanyStream is the stream of a client's company identification and its
// return rates.
func CompanyStream(client, company string) Stream[domain.RatedCompany] {
	return streamOf[domain.RatedCompany](domain.CompanyStream(client, company), client)
}
