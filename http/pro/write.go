package pro

import (
	"net/http"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
	"github.com/labstack/echo/v4"
)

// write records the events of one stream of the caller's client.
func (s *surface) write(c echo.Context, who api.Caller, stream string, version int64, events []domain.Event, options ...ledger.Option) error {
	change := ledger.Change{Stream: stream, Client: who.Client, Expect: version, Events: events}
	for _, o := range options {
		o(&change)
	}
	_, err := s.Ledger.Write(c.Request().Context(), change)
	return err
}

func noContent(c echo.Context) error { return c.NoContent(http.StatusNoContent) }
