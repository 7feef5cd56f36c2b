package http

import (
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
)

func (s *Server) opsRoutes() {
	s.echo.POST("/v1/ops/clients", s.operations(domain.ScopeOpsAdmin, s.openClient))
	s.echo.GET("/v1/ops/clients", s.operations(domain.ScopeOpsRead, s.listClients))
	s.echo.GET("/v1/ops/clients/:client", s.operations(domain.ScopeOpsRead, s.getClient))
	s.echo.PATCH("/v1/ops/clients/:client", s.operations(domain.ScopeOpsAdmin, s.changeClient))
	s.echo.POST("/v1/ops/clients/:client/credentials", s.operations(domain.ScopeOpsAdmin, s.issueCredential))
	s.echo.GET("/v1/ops/clients/:client/credentials", s.operations(domain.ScopeOpsRead, s.listCredentials))
	s.echo.POST("/v1/ops/credentials", s.operations(domain.ScopeOpsAdmin, s.issueOpsCredential))
	s.echo.GET("/v1/ops/credentials", s.operations(domain.ScopeOpsRead, s.listOpsCredentials))
	s.echo.DELETE("/v1/ops/credentials/:key", s.operations(domain.ScopeOpsAdmin, s.revokeCredential))
	s.echo.GET("/v1/ops/transactions", s.operations(domain.ScopeOpsRead, s.listTransactions))
	s.echo.GET("/v1/ops/files", s.operations(domain.ScopeOpsRead, s.listAllFiles))
	s.echo.GET("/v1/ops/files/:id", s.operations(domain.ScopeOpsRead, s.getAnyFile))
	s.echo.POST("/v1/ops/files/:id/confirm", s.operations(domain.ScopeOpsApprove, s.confirmFile))
	s.echo.POST("/v1/ops/files/:id/resend", s.operations(domain.ScopeOpsApprove, s.resendFile))
	s.echo.POST("/v1/ops/files/:id/release", s.operations(domain.ScopeOpsApprove, s.releaseFile))
	s.echo.POST("/v1/ops/events/:event/hold", s.operations(domain.ScopeOpsWork, s.hold))
	s.echo.POST("/v1/ops/events/:event/approve", s.operations(domain.ScopeOpsApprove, s.approve))
	s.echo.POST("/v1/ops/events/:event/reject", s.operations(domain.ScopeOpsWork, s.reject))
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
