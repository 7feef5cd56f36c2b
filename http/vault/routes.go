package vault

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

type surface struct {
	*api.Kit
	uses api.Turns // of tokens
}

// Routes binds the paths of the surface.
func Routes(k *api.Kit) {
	s := &surface{Kit: k}
	s.Renderers[vaultPath] = renderVault
	s.Echo.POST("/rest/v2/ach/tokens", s.ForClient(domain.ScopeVault, s.createToken))
	s.Echo.GET("/rest/v2/ach/tokens/:token", s.ForClient(domain.ScopeVault, s.getToken))
	s.Echo.PUT("/rest/v2/ach/tokens/:token", s.ForClient(domain.ScopeVault, s.replaceToken))
	s.Echo.DELETE("/rest/v2/ach/tokens/:token", s.ForClient(domain.ScopeVault, s.deleteToken))
	s.Echo.POST("/rest/v2/ach/transactions", s.ForClient(domain.ScopeOriginate, s.vaultOriginate("")))
	s.Echo.POST("/rest/v2/ach/transactions/credit", s.ForClient(domain.ScopeOriginate, s.vaultOriginate("credit")))
	s.Echo.POST("/rest/v2/ach/transactions/debit", s.ForClient(domain.ScopeOriginate, s.vaultOriginate("debit")))
}
