package connect

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/http/api"
)

// getTransaction answers GET /api/transaction/{id} from the transaction's own
// stream and its files', never from a view, so it is always current.
func (s *surface) getTransaction(c echo.Context, who api.Caller) error {
	id, err := api.GUIDParam(c, "id", "transaction")
	if err != nil {
		return err
	}
	st, err := s.Transaction(c.Request().Context(), s.LedgerNow(), who.Client, id)
	if err != nil {
		return err
	}
	return s.RespondTransaction(c, who, http.StatusOK, st)
}
