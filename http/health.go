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
	// They name clients, banks and sums.
	s.Echo.GET("/metrics", s.ForOperations(domain.ScopeOpsRead, func(c echo.Context, _ api.Caller) error {
		s.scraper.ServeHTTP(c.Response(), c.Request())
		return nil
	}))
}

// newScraper answers one scrape at a time, and others with 503: gathering
// reads the views.
func newScraper(from *prometheus.Registry) http.Handler {
	return promhttp.HandlerFor(from, promhttp.HandlerOpts{MaxRequestsInFlight: 1})
}

// Scraper answers with the metrics, to whoever asks: for an address that only
// those reach who may see them.
func (s *Server) Scraper() http.Handler { return s.scraper }

// healthy says that the process answers.
func (s *Server) healthy(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// Serving reports why requests cannot be served, as /readyz does.
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

// ready says that requests can be served; until then why they cannot.
func (s *Server) ready(c echo.Context) error {
	if err := s.Serving(); err != nil { // which is no fault, and not to be logged as one
		p := api.NewProblem(api.CodeBusy, "%v", err).After(1)
		p.RequestID = api.RequestID(c)
		c.Response().Header().Set("Retry-After", "1")
		return s.Render(c, p)
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ready"})
}
