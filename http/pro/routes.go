package pro

import (
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

type surface struct{ *api.Kit }

// Routes binds the paths of the surface.
func Routes(k *api.Kit) {
	s := &surface{k}
	s.Echo.POST("/v1/token", s.proToken)
	s.Echo.POST("/v1/token/refresh", s.proRefresh)
	s.BodyLimits["/v1/token"], s.BodyLimits["/v1/token/refresh"] = api.MaxLogin, api.MaxLogin
	s.Echo.GET("/v1/profile", s.ForAnyone(s.profile))
	read := func(h api.Handler) echo.HandlerFunc { return s.ForClient(domain.ScopeRead, h) }
	write := func(h api.Handler) echo.HandlerFunc { return s.ForClient(domain.ScopeOriginate, h) }
	s.Echo.GET("/v1/odfis", read(s.listODFIs))
	s.Echo.POST("/v1/odfis", write(s.createODFI))
	s.Echo.GET("/v1/odfis/:id", read(s.getODFI))
	s.Echo.PUT("/v1/odfis/:id", write(s.replaceODFI))
	s.Echo.DELETE("/v1/odfis/:id", write(s.deleteODFI))
	s.Echo.GET("/v1/recipients", read(s.listRecipients))
	s.Echo.POST("/v1/recipients", write(s.createRecipient))
	s.Echo.GET("/v1/recipients/:id", read(s.getRecipient))
	s.Echo.PUT("/v1/recipients/:id", write(s.replaceRecipient))
	s.Echo.DELETE("/v1/recipients/:id", write(s.deleteRecipient))
	s.Echo.GET("/v1/recipients/:id/accounts", read(s.listAccounts))
	s.Echo.POST("/v1/recipients/:id/accounts", write(s.createAccount))
	s.Echo.GET("/v1/recipients/:id/accounts/:account", read(s.getAccount))
	s.Echo.PUT("/v1/recipients/:id/accounts/:account", write(s.replaceAccount))
	s.Echo.DELETE("/v1/recipients/:id/accounts/:account", write(s.deleteAccount))
	s.Echo.GET("/v1/ach-files", read(s.listACHFiles))
	s.Echo.POST("/v1/ach-files", write(s.createACHFile))
	s.Echo.GET("/v1/ach-files/:id", read(s.getACHFile))
	s.Echo.PUT("/v1/ach-files/:id", write(s.cutAlready))
	s.Echo.DELETE("/v1/ach-files/:id", write(s.cutAlready))
	s.Echo.GET("/v1/ach-files/:id/nacha", s.ForDownload(s.achFileBytes))
	s.Echo.GET("/v1/returns", read(s.listReturns))
	s.Echo.GET("/v1/nocs", read(s.listNOCs))
}
