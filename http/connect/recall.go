package connect

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// recall answers DELETE /api/transaction/{id}/events/{event}: it withdraws an
// event that still waits for a file. Repeating it gets the same answer.
func (s *surface) recall(c echo.Context, who api.Caller) error {
	id, err := api.GUIDParam(c, "id", "transaction")
	if err != nil {
		return err
	}
	item, err := api.GUIDParam(c, "event", "event")
	if err != nil {
		return err
	}
	l, ctx := s.LedgerNow(), c.Request().Context()
	if _, err := s.Transaction(ctx, l, who.Client, id); err != nil {
		return err
	}
	t, err := ledger.Execute(ctx, l, ledger.TransactionStream(who.Client, id), domain.Recall{ItemID: item}.Decide)
	if err != nil {
		return err
	}
	st, err := s.TransactionOf(ctx, l, t, id)
	if err != nil {
		return err
	}
	return s.RespondEvent(c, who, http.StatusOK, st, item)
}
