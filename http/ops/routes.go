package ops

import (
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

type surface struct{ *api.Kit }

// Routes binds the paths of the surface.
func Routes(k *api.Kit) {
	s := &surface{k}
	s.Echo.POST("/v1/ops/clients", s.ForOperations(domain.ScopeOpsAdmin, s.openClient))
	s.Echo.GET("/v1/ops/clients", s.ForOperations(domain.ScopeOpsRead, s.listClients))
	s.Echo.GET("/v1/ops/clients/:client", s.ForOperations(domain.ScopeOpsRead, s.getClient))
	s.Echo.PATCH("/v1/ops/clients/:client", s.ForOperations(domain.ScopeOpsAdmin, s.changeClient))
	s.Echo.POST("/v1/ops/clients/:client/credentials", s.ForOperations(domain.ScopeOpsAdmin, s.issueCredential))
	s.Echo.GET("/v1/ops/clients/:client/credentials", s.ForOperations(domain.ScopeOpsRead, s.listCredentials))
	s.Echo.POST("/v1/ops/credentials", s.ForOperations(domain.ScopeOpsAdmin, s.issueOpsCredential))
	s.Echo.GET("/v1/ops/credentials", s.ForOperations(domain.ScopeOpsRead, s.listOpsCredentials))
	s.Echo.DELETE("/v1/ops/credentials/:key", s.ForOperations(domain.ScopeOpsAdmin, s.revokeCredential))
	s.Echo.GET("/v1/ops/transactions", s.ForOperations(domain.ScopeOpsRead, s.FoundTransactions))
	s.Echo.GET("/v1/ops/clients/:client/statement", s.ForOperations(domain.ScopeOpsRead, s.statement))
	s.Echo.GET("/v1/ops/search", s.ForOperations(domain.ScopeOpsRead, s.AnswerSearch))
	s.Echo.GET("/v1/ops/clients/:client/transactions/:id", s.ForOperations(domain.ScopeOpsRead, s.getTransaction))
	s.Echo.POST("/v1/ops/clients/:client/transactions/:id/return_requests", s.ForOperations(domain.ScopeOpsWork, s.askBack))
	s.Echo.GET("/v1/ops/return-requests", s.ForOperations(domain.ScopeOpsRead, s.listRequests))
	s.Echo.POST("/v1/ops/transactions/:id/reveal", s.ForOperations(domain.ScopeOpsRead, s.reveal))
	s.Echo.GET("/v1/ops/files", s.ForOperations(domain.ScopeOpsRead, s.listAllFiles))
	s.Echo.GET("/v1/ops/files/:id", s.ForOperations(domain.ScopeOpsRead, s.GetAnyFile))
	s.Echo.POST("/v1/ops/files/:id/confirm", s.ForOperations(domain.ScopeOpsApprove, s.confirmFile))
	s.Echo.POST("/v1/ops/files/:id/resend", s.ForOperations(domain.ScopeOpsApprove, s.resendFile))
	s.Echo.POST("/v1/ops/files/:id/release", s.ForOperations(domain.ScopeOpsApprove, s.releaseFile))
	s.Echo.POST("/v1/ops/files/:id/approve", s.ForOperations(domain.ScopeOpsApprove, s.approveFile))
	s.Echo.POST("/v1/ops/events/:event/hold", s.ForOperations(domain.ScopeOpsWork, s.hold))
	s.Echo.POST("/v1/ops/events/:event/approve", s.ForOperations(domain.ScopeOpsApprove, s.approve))
	s.Echo.POST("/v1/ops/events/:event/reject", s.ForOperations(domain.ScopeOpsWork, s.reject))
	s.Echo.GET("/v1/ops/return-rates", s.ForOperations(domain.ScopeOpsRead, s.rates))
	s.Echo.GET("/v1/ops/return-rates/entries", s.ForOperations(domain.ScopeOpsRead, s.rateEntries))
	s.Echo.POST("/v1/ops/clients/:client/companies/:company/lift", s.ForOperations(domain.ScopeOpsApprove, s.liftCompany))
	s.controlRoutes()
	if s.Guard != nil {
		s.Echo.GET("/v1/ops/exposure", s.ForOperations(domain.ScopeOpsRead, s.exposure))
	}
	if s.Inbound != nil {
		s.bankRoutes()
	}
}

// bankRoutes are for what comes from the bank.
func (s *surface) bankRoutes() {
	s.Echo.POST("/v1/ops/inbound", s.ForOperations(domain.ScopeOpsWork, s.takeIn))
	s.BodyLimits["/v1/ops/inbound"] = api.MaxUpload
	s.Echo.GET("/v1/ops/inbound", s.ForOperations(domain.ScopeOpsRead, s.listInbound))
	s.Echo.GET("/v1/ops/inbound/:id", s.ForOperations(domain.ScopeOpsRead, s.getInbound))
	s.Echo.POST("/v1/ops/inbound/:id/judge", s.ForOperations(domain.ScopeOpsWork, s.judgeInbound))
	s.Echo.POST("/v1/ops/inbound/:id/dismiss", s.ForOperations(domain.ScopeOpsWork, s.dismissInbound))
	s.Echo.GET("/v1/ops/unmatched", s.ForOperations(domain.ScopeOpsRead, s.listUnmatched))
	s.Echo.GET("/v1/ops/unmatched/:id", s.ForOperations(domain.ScopeOpsRead, s.getUnmatched))
	s.Echo.POST("/v1/ops/unmatched/:id/assign", s.ForOperations(domain.ScopeOpsWork, s.assign))
	s.Echo.POST("/v1/ops/unmatched/:id/return", s.ForOperations(domain.ScopeOpsWork, s.sendBack))
	s.Echo.POST("/v1/ops/unmatched/:id/dismiss", s.ForOperations(domain.ScopeOpsWork, s.dismiss))
	s.Echo.GET("/v1/ops/inbound-decisions", s.ForOperations(domain.ScopeOpsRead, s.listDecisions))
	s.Echo.POST("/v1/ops/inbound-decisions/:event", s.ForOperations(domain.ScopeOpsWork, s.decideInbound))
	s.Echo.GET("/v1/ops/settlements", s.ForOperations(domain.ScopeOpsRead, s.settlements))
	s.Echo.GET("/v1/ops/odfis/:routing", s.ForOperations(domain.ScopeOpsRead, s.getBank))
	s.Echo.PUT("/v1/ops/odfis/:routing", s.ForOperations(domain.ScopeOpsAdmin, s.configureBank))
}

// controlRoutes are for the people who run the ledger, and for what needs two
// of them.
func (s *surface) controlRoutes() {
	s.Echo.GET("/v1/ops/operators", s.ForOperations(domain.ScopeOpsRead, s.listOperators))
	s.Echo.POST("/v1/ops/operators", s.ForOperations(domain.ScopeOpsAdmin, s.addOperator))
	s.Echo.PATCH("/v1/ops/operators/:id", s.ForOperations(domain.ScopeOpsAdmin, s.changeOperator))
	if s.SignIns != nil {
		s.Echo.POST("/v1/ops/operators/:id/sign-out", s.ForOperations(domain.ScopeOpsAdmin, s.signOutOperator))
		s.Echo.GET("/v1/ops/sessions", s.ForOperations(domain.ScopeOpsRead, s.listSessions))
		s.Echo.POST("/v1/ops/sessions/:id/end", s.ForOperations(domain.ScopeOpsAdmin, s.endSession))
	}
	s.Echo.GET("/v1/ops/queue", s.ForOperations(domain.ScopeOpsRead, s.queue))
	s.Echo.GET("/v1/ops/audit", s.ForOperations(domain.ScopeOpsRead, s.audit))
	s.Echo.GET("/v1/ops/policy", s.ForOperations(domain.ScopeOpsRead, s.getPolicy))
	s.Echo.PUT("/v1/ops/policy", s.ForOperations(domain.ScopeOpsAdmin, s.putPolicy))
	s.Echo.GET("/v1/ops/approvals", s.ForOperations(domain.ScopeOpsRead, s.listApprovals))
	s.Echo.GET("/v1/ops/approvals/:id", s.ForOperations(domain.ScopeOpsRead, s.getApproval))
	s.Echo.POST("/v1/ops/approvals/:id/approve", s.ForOperations(domain.ScopeOpsApprove, s.approveRequest))
	s.Echo.POST("/v1/ops/approvals/:id/refuse", s.ForOperations(domain.ScopeOpsApprove, s.refuseRequest))
	s.Echo.POST("/v1/ops/approvals/:id/withdraw", s.ForOperations(domain.ScopeOpsRead, s.withdrawRequest))
}
