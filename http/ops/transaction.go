package ops

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/http/api"
)

// listAllFiles answers files across clients, newest first.
func (s *surface) listAllFiles(c echo.Context, _ api.Caller) error {
	return s.PageOfFiles(c, api.Everyone, c.QueryParam("client"))
}

// getTransaction answers a client's transaction as the client reads it, its
// account number masked.
func (s *surface) getTransaction(c echo.Context, _ api.Caller) error {
	id, err := api.GUIDParam(c, "id", "transaction")
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if _, err := s.ClientSettings(ctx, c.Param("client")); err != nil {
		return err
	}
	st, err := s.Transaction(ctx, s.LedgerNow(), c.Param("client"), id)
	if err != nil {
		return err
	}
	return s.RespondTransaction(c, api.Caller{}, http.StatusOK, st)
}

// statement answers a client's day.
func (s *surface) statement(c echo.Context, who api.Caller) error {
	if _, err := s.ClientSettings(c.Request().Context(), c.Param("client")); err != nil {
		return err
	}
	return s.AnswerStatement(c, who, c.Param("client"))
}
