package http

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Paths that machines ask all the time.
const (
	healthPath = "/healthz"
	readyPath  = "/readyz"
)

// operationRoutes are for the machines that watch the process.
func (s *Server) operationRoutes() {
	s.echo.GET(healthPath, s.healthy)
	s.echo.GET(readyPath, s.ready)
	s.echo.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{})))
}

// healthy says that the process answers.
func (s *Server) healthy(c echo.Context) error {
	return c.JSON(http.StatusOK, map[string]string{"status": "ok"})
}

// ready says that requests can be served; until then why they cannot.
func (s *Server) ready(c echo.Context) error {
	select {
	case <-s.closing:
		return problem(codeBusy, "the server is stopping")
	case <-s.Ledger.Store.Failed():
		return problem(codeBusy, "the log is closed for writing: restart the process")
	default:
	}
	if err := s.Ready(); err != nil { // which is no fault, and not to be logged as one
		p := problem(codeBusy, "not ready yet: %v", err).after(1)
		p.RequestID = requestID(c)
		c.Response().Header().Set("Retry-After", "1")
		return s.render(c, p)
	}
	return c.JSON(http.StatusOK, map[string]string{"status": "ready"})
}
