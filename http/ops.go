package http

import (
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
)

func (s *Server) opsRoutes() {
	s.echo.POST("/v1/ops/clients", s.operations(s.openClient))
	s.echo.GET("/v1/ops/clients", s.operations(s.listClients))
	s.echo.GET("/v1/ops/clients/:client", s.operations(s.getClient))
	s.echo.PATCH("/v1/ops/clients/:client", s.operations(s.changeClient))
	s.echo.POST("/v1/ops/clients/:client/credentials", s.operations(s.issueCredential))
	s.echo.GET("/v1/ops/clients/:client/credentials", s.operations(s.listCredentials))
	s.echo.DELETE("/v1/ops/credentials/:key", s.operations(s.revokeCredential))
	s.echo.GET("/v1/ops/transactions", s.operations(s.listTransactions))
	s.echo.GET("/v1/ops/files", s.operations(s.listAllFiles))
	s.echo.GET("/v1/ops/files/:id", s.operations(s.getAnyFile))
	s.echo.POST("/v1/ops/files/:id/confirm", s.operations(s.confirmFile))
	s.echo.POST("/v1/ops/files/:id/resend", s.operations(s.resendFile))
	s.echo.POST("/v1/ops/events/:event/hold", s.operations(s.hold))
	s.echo.POST("/v1/ops/events/:event/approve", s.operations(s.approve))
	s.echo.POST("/v1/ops/events/:event/reject", s.operations(s.reject))
	if s.Sandbox != nil {
		s.echo.GET("/v1/simulations/clock", s.operations(s.readClock))
		s.echo.PUT("/v1/simulations/clock", s.operations(s.moveClock))
	}
}

// existing finds the client of the path.
func (s *Server) existing(c echo.Context) (domain.Client, error) {
	id := c.Param("client")
	client, err := s.Ledger.Client(c.Request().Context(), id)
	if err == nil && client.Version == 0 {
		err = domain.Refuse(domain.NotFound, "there is no client %q", id)
	}
	return client, err
}
