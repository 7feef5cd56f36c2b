package ops

import (
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// rates answers the return rates of a client's companies.
func (s *surface) rates(c echo.Context, _ api.Caller) error {
	client, err := clientOf(c)
	if err != nil {
		return err
	}
	return s.RespondRates(c, client)
}

// rateEntries answers the returned debits and the batches from which a company's
// return rate is computed.
func (s *surface) rateEntries(c echo.Context, _ api.Caller) error {
	client, err := clientOf(c)
	if err != nil {
		return err
	}
	return s.RespondRateEntries(c, client)
}

func clientOf(c echo.Context) (string, error) {
	client := c.QueryParam("client")
	if client == "" {
		return "", api.Invalid("/client", "required", "is needed: the client whose companies they are")
	}
	return client, nil
}

// liftCompany releases a company's entries that were held because too many of
// its debits were returned, and answers its client's rates.
func (s *surface) liftCompany(c echo.Context, _ api.Caller) error {
	reason, err := readReason(c)
	if err != nil {
		return err
	}
	client, company := c.Param("client"), c.Param("company")
	lift := domain.LiftCompany{Company: company, Reason: reason}
	if _, err := ledger.Execute(c.Request().Context(), s.Ledger, ledger.CompanyStream(client, company), lift.Decide); err != nil {
		return err
	}
	return s.RespondRates(c, client)
}
