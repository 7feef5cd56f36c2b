package sandbox

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

type surface struct{ *api.Kit }

// Routes binds the paths of the surface. A simulated answer of the bank is a
// real file, taken in like any other; the request is answered once it is
// applied.
func Routes(k *api.Kit) {
	s := &surface{k}
	s.Echo.GET("/v1/simulations/clock", s.ForOperations(domain.ScopeOpsRead, s.readClock))
	s.Echo.PUT("/v1/simulations/clock", s.ForOperations(domain.ScopeOpsWork, s.moveClock))
	if s.Inbound == nil {
		return
	}
	s.Echo.POST("/v1/simulations/files/:id/acknowledge", s.ForOperations(domain.ScopeOpsWork, s.simulateAcknowledge))
	s.Echo.POST("/v1/simulations/transactions/:id/return", s.ForOperations(domain.ScopeOpsWork, s.simulate(simulateReturn)))
	s.Echo.POST("/v1/simulations/transactions/:id/correction", s.ForOperations(domain.ScopeOpsWork, s.simulate(simulateCorrection)))
	s.Echo.POST("/v1/simulations/transactions/:id/dishonor", s.ForOperations(domain.ScopeOpsWork, s.simulate(simulateDishonor)))
	s.Echo.POST("/v1/simulations/transactions/:id/contest", s.ForOperations(domain.ScopeOpsWork, s.simulate(simulateContest)))
	s.Echo.POST("/v1/simulations/inbound", s.ForOperations(domain.ScopeOpsWork, s.simulateInbound))
}
