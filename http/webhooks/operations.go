package webhooks

import (
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// routesOfOperations binds what operations may see of a client's webhooks, and
// may order to be sent again. Addresses and secrets are the client's to set.
func (s *surface) routesOfOperations() {
	const all, one = "/v1/ops/clients/:client/webhooks", "/v1/ops/clients/:client/webhooks/:id"
	s.Echo.GET(all, s.inPlaceOf(domain.ScopeOpsRead, s.list))
	s.Echo.GET(one, s.inPlaceOf(domain.ScopeOpsRead, s.get))
	s.Echo.GET(one+"/deliveries", s.inPlaceOf(domain.ScopeOpsRead, s.deliveries))
	s.Echo.POST(one+"/replay", s.inPlaceOf(domain.ScopeOpsWork, s.replay))
	s.Echo.POST(one+"/deliveries/:message/retry", s.inPlaceOf(domain.ScopeOpsWork, s.retry))
}

// inPlaceOf lets operations act for the client in the path. The log names who
// acted.
func (s *surface) inPlaceOf(scope string, h api.Handler) echo.HandlerFunc {
	return s.ForOperations(scope, func(c echo.Context, who api.Caller) error {
		who.Client = c.Param("client")
		if _, err := s.ClientSettings(c.Request().Context(), who.Client); err != nil {
			return err
		}
		return h(c, who)
	})
}
