package http

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
)

// operationRoutes are for the machines that watch the process.
func (s *Server) operationRoutes() {
	s.Echo.GET(api.HealthPath, s.healthy)
	s.Echo.GET(api.ReadyPath, s.ready)
	// Metrics name clients, banks and sums, so they need a credential.
	s.Echo.GET("/metrics", s.ForOperations(domain.ScopeOpsRead, func(c echo.Context, _ api.Caller) error {
		s.scraper.ServeHTTP(c.Response(), c.Request())
		return nil
	}))
}

// newScraper serves one scrape at a time and answers others with 503: gathering
// reads the views.
func newScraper(from *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(from, promhttp.HandlerOpts{MaxRequestsInFlight: 1})
}

// Scraper serves the metrics without authentication: for an address that only
// those who may see them can reach.
func (s *Server) Scraper() http.Handler { return s.scraper }

// healthy answers that the process is alive.
func (s *Server) healthy(c echo.Context) error {
	return status(c, "ok")
}

// Serving returns why requests cannot be served, as /readyz does, or nil.
func (s *Server) Serving() error {
	select {
	case <-s.Closing:
		return errors.New("the server is stopping")
	case <-s.Ledger.Store.Failed():
		return eventstore.ErrFailed
	default:
	}
	if err := s.Ready(); err != nil {
		return fmt.Errorf("not ready yet: %w", err)
	}
	return nil
}

// ready answers whether requests can be served, and why not.
func (s *Server) ready(c echo.Context) error {
	if err := s.Serving(); err != nil { // not a fault, and not to be logged as one
		p := api.NewProblem(api.CodeBusy, "%v", err).After(1)
		p.RequestID = api.RequestID(c)
		c.Response().Header().Set("Retry-After", "1")
		return s.Render(c, p)
	}
	return status(c, "ready")
}

// status answers 200 with a status word.
func status(c echo.Context, which string) error {
	return c.JSON(http.StatusOK, map[string]string{"status": which})
}
