package connect

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

type surface struct {
	*api.Kit
	spools *spoolFolder
	bulks  *api.Places
}

// Routes binds the paths of the surface. It returns an error when spool files
// of an earlier process cannot be removed.
func Routes(k *api.Kit) error {
	s := &surface{Kit: k, spools: newSpools(k.TempDir), bulks: api.NewPlaces(bulksAtOnce, "bulk requests")}
	if k.TempDir != "" { // the system's folder is not swept
		if err := s.spools.sweep(); err != nil {
			return err
		}
	}
	s.Echo.POST(tokenPath, s.connectToken)
	s.Echo.POST(revokePath, s.connectRevoke)
	for _, path := range []string{tokenPath, revokePath} {
		s.Renderers[path], s.BodyLimits[path] = renderOAuth, api.MaxLogin
	}
	s.Echo.POST("/api/transaction", s.ForClient(domain.ScopeOriginate, s.originate))
	s.Echo.POST("/api/transaction/bulk", s.ForClient(domain.ScopeOriginate, s.bulk))
	s.Echo.GET("/api/transaction/event", s.ForClient(domain.ScopeRead, s.listEvents))
	s.Echo.GET("/api/transaction/events", s.ForClient(domain.ScopeRead, s.listEvents))
	s.Echo.GET("/api/transaction/:id", s.ForClient(domain.ScopeRead, s.getTransaction))
	s.Echo.DELETE("/api/transaction/:id/events/:event", s.ForClient(domain.ScopeOriginate, s.recall))
	s.Echo.DELETE("/api/transaction/:id/event/:event", s.ForClient(domain.ScopeOriginate, s.recall))
	s.BodyLimits["/api/transaction/bulk"] = api.NoLimit
	s.Echo.POST("/api/transaction/:id/decision", s.ForClient(domain.ScopeOriginate, s.decision))
	s.answerRoutes()
	return nil
}
