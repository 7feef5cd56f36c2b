package webhooks

import (
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// routesOfOperations bind what operations see of a client's webhooks, and may
// have posted again. Where messages go, and with which secret, is the client's.
func (s *surface) routesOfOperations() {
	const all, one = "/v1/ops/clients/:client/webhooks", "/v1/ops/clients/:client/webhooks/:id"
	s.Echo.GET(all, s.inPlaceOf(domain.ScopeOpsRead, s.list))
	s.Echo.GET(one, s.inPlaceOf(domain.ScopeOpsRead, s.get))
	s.Echo.GET(one+"/deliveries", s.inPlaceOf(domain.ScopeOpsRead, s.deliveries))
	s.Echo.POST(one+"/replay", s.inPlaceOf(domain.ScopeOpsWork, s.replay))
	s.Echo.POST(one+"/deliveries/:message/retry", s.inPlaceOf(domain.ScopeOpsWork, s.retry))
}

// inPlaceOf has operations do with the client of the path what the client does
// for itself. The log names who did it.
func (s *surface) inPlaceOf(scope string, h api.Handler) echo.HandlerFunc {
	return s.ForOperations(scope, func(c echo.Context, who api.Caller) error {
		who.Client = c.Param("client")
		if _, err := s.ClientSettings(c.Request().Context(), who.Client); err != nil {
			return err
		}
		return h(c, who)
	})
}
