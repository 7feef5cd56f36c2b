package files

import (
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

type surface struct {
	*api.Kit
	streams *streams
}

// Routes binds the paths of the surface.
func Routes(k *api.Kit) {
	s := &surface{Kit: k, streams: newStreams(k.Ledger.Store)}
	s.Echo.GET("/v1/events", s.ForClient(domain.ScopeRead, s.ledgerEvents))
	s.Stream("/v1/events/stream", s.ForClient(domain.ScopeRead, s.streamEvents))
	s.Echo.GET("/v1/return-rates", s.ForClient(domain.ScopeRead, func(c echo.Context, who api.Caller) error { return s.RespondRates(c, who.Client) }))
	s.Echo.GET("/v1/return-rates/entries", s.ForClient(domain.ScopeRead, func(c echo.Context, who api.Caller) error { return s.RespondRateEntries(c, who.Client) }))
	s.Echo.GET("/v1/transactions", s.ForClient(domain.ScopeRead, s.FoundTransactions))
	s.Echo.GET("/v1/statement", s.ForClient(domain.ScopeRead, func(c echo.Context, who api.Caller) error { return s.AnswerStatement(c, who, who.Client) }))
	s.Echo.GET("/v1/search", s.ForClient(domain.ScopeRead, s.AnswerSearch))
	s.Echo.GET("/v1/files", s.ForClient(domain.ScopeRead, s.listFiles))
	s.Echo.GET("/v1/files/:id", s.ForClient(domain.ScopeRead, s.getFile))
	s.Echo.GET("/v1/files/:id/nacha", s.ForDownload(s.fileBytes))
	s.Echo.POST("/v1/nacha", s.ForClient(domain.ScopeOriginate, s.upload))
	s.BodyLimits["/v1/nacha"] = api.MaxUpload
	s.Echo.GET("/v1/return-codes", s.ForAnyone(s.returnCodes))
	s.Echo.GET("/v1/change-codes", s.ForAnyone(s.changeCodes))
	s.Echo.GET("/v1/calendar", s.ForAnyone(s.calendar))
	s.Echo.GET("/v1/windows", s.ForAnyone(s.windows))
}
