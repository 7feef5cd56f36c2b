package connect

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
)

var decisionFields = newFieldSet(
	textField("decision", func(b *api.DecisionBody) *string { return &b.Decision }),
	textField("code", func(b *api.DecisionBody) *string { return &b.Code }),
)

// decision answers POST /api/transaction/{id}/decision: a received payment is
// paid or returned. The same decision again gets the same answer.
func (s *surface) decision(c echo.Context, who api.Caller) error {
	var b api.DecisionBody
	id, input, err := asked(c, decisionFields, &b)
	if err != nil {
		return err
	}
	st, err := s.Transaction(c.Request().Context(), s.LedgerNow(), who.Client, id)
	if err != nil {
		return err
	}
	item := st.Transaction.Origination().ID
	once, err := s.Once(c, who, input)
	if err != nil {
		return err
	}
	if use, repeated := once.Before(); repeated {
		return s.decidedBefore(c, who, use)
	}
	return s.Decide(c, who, who.Client, id, item, b, once.Key)
}

// decidedBefore answers a repeated request: the event as its decision left it.
func (s *surface) decidedBefore(c echo.Context, who api.Caller, use eventstore.KeyUse) error {
	t, err := s.TransactionAt(c.Request().Context(), use)
	if err != nil {
		return err
	}
	view, err := s.TransactionOf(c.Request().Context(), s.Ledger, t, t.ID)
	if err != nil {
		return err
	}
	return s.RespondEvent(c, who, http.StatusOK, view, t.Origination().ID)
}
