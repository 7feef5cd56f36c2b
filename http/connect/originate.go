package connect

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// originate answers POST /api/transaction: 201 for a new transaction, 200 if
// the same was recorded before, both with the record as GET shows it.
func (s *surface) originate(c echo.Context, who api.Caller) error {
	input, err := api.Body(c)
	if err != nil {
		return err
	}
	o, err := parseProposal(input)
	if err != nil {
		return o.Scrub(err)
	}
	content, err := keyed(c, o)
	if err != nil {
		return err
	}
	l, ctx := s.LedgerNow(), c.Request().Context()
	once, err := s.Once(c, who, content)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		return s.originatedBefore(c, who, use)
	}
	client, err := s.ClientSettings(ctx, who.Client)
	if err != nil {
		return err
	}
	t, made, err := l.Accept(ctx, client, o, once.Key)
	if err != nil {
		return err
	}
	st, err := s.TransactionOf(ctx, l, t, t.ID)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if made {
		status = http.StatusCreated
	}
	return s.respondOriginated(c, who, status, st)
}

// keyed is what the Idempotency-Key of a request stands for; nil if it has none.
func keyed(c echo.Context, o ledger.Order) ([]byte, error) {
	if key, err := api.IdempotencyKey(c.Request()); key == "" || err != nil {
		return nil, err
	}
	content, err := o.Content()
	return append([]byte(o.ID), content...), err
}

// originatedBefore answers a repeated request as the first one was.
func (s *surface) originatedBefore(c echo.Context, who api.Caller, use eventstore.KeyUse) error {
	ctx := c.Request().Context()
	t, err := s.TransactionAt(ctx, use)
	if err != nil {
		return err
	}
	bank, err := s.Directory.Bank(ctx, t.ODFI())
	if err != nil {
		return err
	}
	st, _ := api.NewTransactionView(t, nil, t.UpdatedAt, &bank.Terms) // as the first answer said
	return s.respondOriginated(c, who, http.StatusCreated, st)
}

func (s *surface) respondOriginated(c echo.Context, who api.Caller, status int, st api.TransactionView) error {
	c.Response().Header().Set(echo.HeaderLocation, "/api/transaction/"+st.Transaction.ID)
	return s.RespondTransaction(c, who, status, st)
}
