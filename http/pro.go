package http

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// proRoutes are ACH Pro: ODFIs, recipients and the files made of them.
func (s *Server) proRoutes() {
	s.proTokenRoutes()
	read := func(h handler) echo.HandlerFunc { return s.client(domain.ScopeRead, h) }
	write := func(h handler) echo.HandlerFunc { return s.client(domain.ScopeOriginate, h) }
	s.echo.GET("/v1/odfis", read(s.listODFIs))
	s.echo.POST("/v1/odfis", write(s.createODFI))
	s.echo.GET("/v1/odfis/:id", read(s.getODFI))
	s.echo.PUT("/v1/odfis/:id", write(s.replaceODFI))
	s.echo.DELETE("/v1/odfis/:id", write(s.deleteODFI))
	s.echo.GET("/v1/recipients", read(s.listRecipients))
	s.echo.POST("/v1/recipients", write(s.createRecipient))
	s.echo.GET("/v1/recipients/:id", read(s.getRecipient))
	s.echo.PUT("/v1/recipients/:id", write(s.replaceRecipient))
	s.echo.DELETE("/v1/recipients/:id", write(s.deleteRecipient))
	s.echo.GET("/v1/recipients/:id/accounts", read(s.listAccounts))
	s.echo.POST("/v1/recipients/:id/accounts", write(s.createAccount))
	s.echo.GET("/v1/recipients/:id/accounts/:account", read(s.getAccount))
	s.echo.PUT("/v1/recipients/:id/accounts/:account", write(s.replaceAccount))
	s.echo.DELETE("/v1/recipients/:id/accounts/:account", write(s.deleteAccount))
	s.echo.GET("/v1/ach-files", read(s.listACHFiles))
	s.echo.POST("/v1/ach-files", write(s.createACHFile))
	s.echo.GET("/v1/ach-files/:id", read(s.getACHFile))
	s.echo.PUT("/v1/ach-files/:id", write(s.cutAlready))
	s.echo.DELETE("/v1/ach-files/:id", write(s.cutAlready))
	s.echo.GET("/v1/ach-files/:id/nacha", s.bytes(s.achFileBytes))
	s.echo.GET("/v1/returns", read(s.listReturns))
	s.echo.GET("/v1/nocs", read(s.listNOCs))
}

// newProID is an id as ACH Pro has them: 32 upper-case hex digits, in the
// order they were made.
func newProID() string { return proID(newID()) }

// proID spells a GUID as ACH Pro does.
func proID(id string) string { return domain.ProfileFileID(id) }

var proIDForm = regexp.MustCompile(`^[0-9A-F]{32}$`)

// pathID reads an ACH Pro id of the path.
func pathID(c echo.Context, name, what string) (string, error) {
	id := strings.ToUpper(c.Param(name))
	if !proIDForm.MatchString(id) {
		return "", domain.Refuse(domain.NotFound, "there is no such %s: ids are 32 hex digits", what)
	}
	return id, nil
}

// write records the events of one stream of the caller's client.
func (s *Server) write(c echo.Context, who Caller, stream string, version int64, events []domain.Event, options ...ledger.Option) error {
	change := ledger.Change{Stream: stream, Client: who.Client, Expect: version, Events: events}
	for _, o := range options {
		o(&change)
	}
	_, err := s.Ledger.Write(c.Request().Context(), change)
	return err
}

func noContent(c echo.Context) error { return c.NoContent(http.StatusNoContent) }
