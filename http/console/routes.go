package console

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// Path is the root of the console's URLs.
const Path = "/console"

type surface struct {
	*api.Kit
	metrics gathered
	streams streams
}

// Routes binds the paths of the console. Except for the sign-in pages, every
// path needs a session.
func Routes(k *api.Kit) {
	s := &surface{Kit: k}
	k.Renderers[Path] = s.problem
	s.assetRoutes()
	s.signInRoutes()
	for path, h := range s.reading() {
		k.Echo.GET(Path+path, s.forPerson(domain.ScopeOpsRead, h))
	}
	k.Stream(Path+"/live", s.forPerson(domain.ScopeOpsRead, s.live))
	s.actionRoutes()
}

// reading maps the pages to their handlers, by path below Path.
func (s *surface) reading() map[string]api.Handler {
	return map[string]api.Handler{
		"":                          s.today,
		"/queues":                   s.queues,
		"/queues/:queue":            s.queue,
		"/queues/approvals":         s.approvalQueue,
		"/transactions":             s.transactions,
		"/waiting":                  s.waitingEntries,
		"/transactions/:client/:id": s.transaction,
		"/events/:event":            s.event,
		"/approvals/:id":            s.approval,
		"/unmatched/:id":            s.unmatched,
		"/files":                    s.files,
		"/files/:id":                s.file,
		"/inbound":                  s.inbounds,
		"/inbound/:id":              s.inbound,
		"/returns":                  s.returns,
		"/money":                    s.money,
		"/clients":                  s.clients,
		"/clients/:client":          s.client,
		"/banks":                    s.banks,
		"/banks/:routing":           s.bankPage,
		"/people":                   s.people,
		"/people/:email":            s.personPage,
		"/policy":                   s.policyPage,
		"/rates":                    s.rates,
		"/rates/:client/:company":   s.companyRates,
		"/exposure":                 s.exposure,
		"/exposure/entries":         s.countedEntries,
		"/system":                   s.system,
		"/search":                   s.search,
		"/times":                    s.times,
	}
}

// forPerson wraps a page that needs a session. A request without one is
// redirected to the sign-in page.
func (s *surface) forPerson(scope string, h api.Handler) echo.HandlerFunc {
	return func(c echo.Context) error {
		secure(c.Response().Header())
		who, ok, err := s.signedIn(c)
		if err != nil {
			return err
		}
		if !ok {
			if kept, err := s.signInAgain(c); kept || err != nil {
				return err
			}
			s.remember(c)
			return c.Redirect(http.StatusSeeOther, Path+"/sign-in")
		}
		c.Set(personKey, who)
		if !who.May(scope) {
			return notIncluded(scope)
		}
		return h(c, who)
	}
}

// notIncluded refuses what a person's role does not include.
func notIncluded(scope string) error {
	p := api.NewProblem(api.CodeScope, "it needs the role %s", strings.Join(domain.RolesWith(scope), " or "))
	p.Title = "Your role does not include this"
	return p
}

// personKey is the key of the signed-in person in a request's context.
const personKey = "person"
