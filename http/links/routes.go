package links

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
	"github.com/labstack/echo/v4"
)

type surface struct {
	*api.Kit
	transfers api.Turns // of holders
}

// Routes binds the paths of the surface.
func Routes(k *api.Kit) {
	s := &surface{Kit: k}
	const one = "/v1/accounts/:account/ach_relationships"
	s.Echo.POST(one, s.ForClient(domain.ScopeOriginate, ofHolder(s.linkAccount)))
	s.Echo.GET(one, s.ForClient(domain.ScopeRead, ofHolder(s.listRelationships)))
	s.Echo.GET(one+"/:relationship", s.ForClient(domain.ScopeRead, ofOne("relationship", s.getRelationship)))
	s.Echo.DELETE(one+"/:relationship", s.ForClient(domain.ScopeOriginate, ofOne("relationship", s.cancelRelationship)))
	s.Echo.POST(one+"/:relationship/verify", s.ForClient(domain.ScopeOriginate, ofOne("relationship", s.confirmAmounts)))
	const all = "/v1/accounts/:account/transfers"
	s.Echo.POST(all, s.ForClient(domain.ScopeOriginate, ofHolder(s.makeTransfer)))
	s.Echo.GET(all, s.ForClient(domain.ScopeRead, ofHolder(s.listTransfers)))
	s.Echo.GET(all+"/:transfer", s.ForClient(domain.ScopeRead, ofOne("transfer", s.getTransfer)))
	s.Echo.DELETE(all+"/:transfer", s.ForClient(domain.ScopeOriginate, ofOne("transfer", s.cancelTransfer)))
}

// ofHolder passes the account holder of the path to a handler.
func ofHolder(do func(c echo.Context, who api.Caller, holder string) error) api.Handler {
	return func(c echo.Context, who api.Caller) error {
		holder, err := api.UUIDParam(c, "account", "account_id")
		if err != nil {
			return err
		}
		return do(c, who, holder)
	}
}

// ofOne passes the holder, and the id of a relationship or transfer, to a
// handler.
func ofOne(kind string, do func(c echo.Context, who api.Caller, holder, id string) error) api.Handler {
	return ofHolder(func(c echo.Context, who api.Caller, holder string) error {
		id, err := api.UUIDParam(c, kind, kind+"_id")
		if err != nil {
			return err
		}
		return do(c, who, holder, id)
	})
}
