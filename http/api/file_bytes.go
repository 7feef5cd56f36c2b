package api

import (
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
)

// ForDownload protects a route that returns whole files, account numbers
// included.
func (s *Kit) ForDownload(h Handler) echo.HandlerFunc {
	return s.ForClientWith(h, domain.ScopeDownload, domain.ScopeReveal)
}

// SendBytes sends a file of the caller's, once the log has recorded that.
func (s *Kit) SendBytes(c echo.Context, who Caller, f domain.File) error {
	if !who.May(domain.ScopeReveal) && !f.Opened.MadeByClient() {
		return NewProblem(CodeScope, "this needs scope %s: the ledger made this file, and account numbers are in it", domain.ScopeReveal)
	}
	if f.Cut == nil {
		return domain.Refuse(domain.Conflict, "file %s was given up before it was cut and has no bytes: %s", f.ID, f.Note)
	}
	if err := s.roomForDownload(c, who, f); err != nil {
		return err
	}
	content, err := s.Files.Bytes(c.Request().Context(), f.ID)
	if err != nil {
		return fmt.Errorf("read the bytes of file %s: %w", f.ID, err)
	}
	if err := s.showing(c.Request().Context(), who.Client, domain.FileRead{FileID: f.ID}); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Content-Disposition", `attachment; filename="`+f.Name()+`"`)
	return c.Blob(http.StatusOK, "text/plain; charset=us-ascii", content)
}
