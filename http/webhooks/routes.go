package webhooks

import (
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

type surface struct {
	*api.Kit
	opens api.Turns // of clients that open webhooks: those they have are counted
}

// Routes binds the paths of the surface.
func Routes(k *api.Kit) {
	s := &surface{Kit: k}
	const all, one = "/v1/webhooks", "/v1/webhooks/:id"
	s.Echo.POST(all, s.forWriter(s.open))
	s.Echo.GET(all, s.ForClient(domain.ScopeRead, s.list))
	s.Echo.GET(one, s.ForClient(domain.ScopeRead, s.get))
	s.Echo.PATCH(one, s.forWriter(s.change))
	s.Echo.DELETE(one, s.ForClient(domain.ScopeOriginate, s.remove))
	s.Echo.POST(one+"/secret", s.forWriter(s.rotate))
	s.Echo.POST(one+"/ping", s.ForClient(domain.ScopeOriginate, s.ping))
	s.Echo.POST(one+"/replay", s.ForClient(domain.ScopeOriginate, s.replay))
	s.Echo.GET(one+"/deliveries", s.ForClient(domain.ScopeRead, s.deliveries))
	s.Echo.POST(one+"/deliveries/:message/retry", s.ForClient(domain.ScopeOriginate, s.retry))
	s.routesOfOperations()
}

// forWriter protects what decides where a client's messages go and who can read
// them. It takes both scopes, since a webhook shows what read shows.
func (s *surface) forWriter(h api.Handler) echo.HandlerFunc {
	return s.ForClient(domain.ScopeOriginate, func(c echo.Context, who api.Caller) error {
		if !who.May(domain.ScopeRead) {
			return api.NewProblem(api.CodeScope, "this needs scopes originate and read: a webhook shows what read shows")
		}
		return h(c, who)
	})
}
