// Package links is ACH relationships: bank accounts that a client links to
// its account holders, proves by micro-deposits or Plaid, and moves money
// over.
package links

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

type surface struct{ *api.Kit }

// Routes binds the paths of the surface.
func Routes(k *api.Kit) {
	s := &surface{k}
	const one = "/v1/accounts/:account/ach_relationships"
	s.Echo.POST(one, s.ForClient(domain.ScopeOriginate, s.linkAccount))
	s.Echo.GET(one, s.ForClient(domain.ScopeRead, s.listRelationships))
	s.Echo.GET(one+"/:relationship", s.ForClient(domain.ScopeRead, s.getRelationship))
	s.Echo.DELETE(one+"/:relationship", s.ForClient(domain.ScopeOriginate, s.cancelRelationship))
	s.Echo.POST(one+"/:relationship/verify", s.ForClient(domain.ScopeOriginate, s.confirmAmounts))
	const all = "/v1/accounts/:account/transfers"
	s.Echo.POST(all, s.ForClient(domain.ScopeOriginate, s.makeTransfer))
	s.Echo.GET(all, s.ForClient(domain.ScopeRead, s.listTransfers))
	s.Echo.GET(all+"/:transfer", s.ForClient(domain.ScopeRead, s.getTransfer))
	s.Echo.DELETE(all+"/:transfer", s.ForClient(domain.ScopeOriginate, s.cancelTransfer))
}
