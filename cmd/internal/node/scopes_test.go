package node

// Values in scopesOfRoutes that are not scopes of credentials.
const (
	nobody  = "none"  // open to everybody
	anybody = "any"   // every credential
	writers = "both"  // originate and read together
	bytesOf = "bytes" // reveal, or download for files the client made itself
)

// scopesOfRoutes is the one table of what each route needs. The walk over it
// fails for a route that is not here, one that is gone, and one that takes
// less or more than this.
var scopesOfRoutes = map[string]string{
	"GET /": nobody, "GET /docs": nobody, "GET /docs/:file": nobody, "GET /openapi.json": nobody, "GET /openapi.yaml": nobody,
	"GET /healthz": nobody, "GET /readyz": nobody, "GET /metrics": "ops:read",
	"POST /connect/token": nobody, "POST /connect/revoke": nobody, "POST /v1/token": nobody, "POST /v1/token/refresh": nobody,

	"GET /v1/profile": anybody, "GET /v1/return-codes": anybody, "GET /v1/change-codes": anybody,
	"GET /v1/calendar": anybody, "GET /v1/windows": anybody,

	"POST /api/transaction": "originate", "POST /api/transaction/bulk": "originate",
	"GET /api/transaction/:id": "read", "GET /api/transaction/event": "read", "GET /api/transaction/events": "read",
	"DELETE /api/transaction/:id/events/:event": "originate", "DELETE /api/transaction/:id/event/:event": "originate",
	"POST /api/transaction/:id/returns": "originate", "POST /api/transaction/:id/corrections": "originate",
	"POST /api/transaction/:id/dishonors": "originate", "POST /api/transaction/:id/contests": "originate",
	"POST /api/transaction/:id/refusals": "originate", "POST /api/transaction/:id/reversals": "originate",
	"POST /api/transaction/:id/retries": "originate", "POST /api/transaction/:id/decision": "originate", "POST /api/transaction/:id/return_fees": "originate",
	"POST /api/transaction/:id/return_requests": "originate", "POST /api/transaction/:id/corrected_entries": "originate",

	"GET /v1/transactions": "read", "GET /v1/search": "read", "GET /v1/statement": "read", "GET /v1/events": "read", "GET /v1/events/stream": "read",
	"POST /v1/nacha": "originate", "GET /v1/files": "read", "GET /v1/files/:id": "read", "GET /v1/files/:id/nacha": bytesOf,

	"GET /v1/odfis": "read", "POST /v1/odfis": "originate", "GET /v1/odfis/:id": "read",
	"PUT /v1/odfis/:id": "originate", "DELETE /v1/odfis/:id": "originate",
	"GET /v1/recipients": "read", "POST /v1/recipients": "originate", "GET /v1/recipients/:id": "read",
	"PUT /v1/recipients/:id": "originate", "DELETE /v1/recipients/:id": "originate",
	"GET /v1/recipients/:id/accounts": "read", "POST /v1/recipients/:id/accounts": "originate",
	"GET /v1/recipients/:id/accounts/:account": "read", "PUT /v1/recipients/:id/accounts/:account": "originate",
	"DELETE /v1/recipients/:id/accounts/:account": "originate",
	"GET /v1/ach-files":                           "read", "POST /v1/ach-files": "originate", "GET /v1/ach-files/:id": "read",
	"PUT /v1/ach-files/:id": "originate", "DELETE /v1/ach-files/:id": "originate", "GET /v1/ach-files/:id/nacha": bytesOf,
	"GET /v1/returns": "read", "GET /v1/nocs": "read",

	"POST /v1/accounts/:account/ach_relationships": "originate", "GET /v1/accounts/:account/ach_relationships": "read",
	"GET /v1/accounts/:account/ach_relationships/:relationship":         "read",
	"DELETE /v1/accounts/:account/ach_relationships/:relationship":      "originate",
	"POST /v1/accounts/:account/ach_relationships/:relationship/verify": "originate",
	"POST /v1/accounts/:account/transfers":                              "originate", "GET /v1/accounts/:account/transfers": "read",
	"GET /v1/accounts/:account/transfers/:transfer": "read", "DELETE /v1/accounts/:account/transfers/:transfer": "originate",

	"POST /rest/v2/ach/tokens": "vault", "GET /rest/v2/ach/tokens/:token": "vault", "PUT /rest/v2/ach/tokens/:token": "vault",
	"DELETE /rest/v2/ach/tokens/:token": "vault", "POST /rest/v2/ach/transactions": "originate",
	"POST /rest/v2/ach/transactions/credit": "originate", "POST /rest/v2/ach/transactions/debit": "originate",

	"POST /v1/webhooks": writers, "GET /v1/webhooks": "read", "GET /v1/webhooks/:id": "read", "PATCH /v1/webhooks/:id": writers,
	"DELETE /v1/webhooks/:id": "originate", "POST /v1/webhooks/:id/secret": writers, "POST /v1/webhooks/:id/ping": "originate",
	"POST /v1/webhooks/:id/replay": "originate", "GET /v1/webhooks/:id/deliveries": "read",
	"POST /v1/webhooks/:id/deliveries/:message/retry": "originate",

	"POST /v1/ops/clients": "ops:admin", "GET /v1/ops/clients": "ops:read", "GET /v1/ops/clients/:client": "ops:read",
	"PATCH /v1/ops/clients/:client": "ops:admin", "POST /v1/ops/clients/:client/credentials": "ops:admin",
	"GET /v1/ops/clients/:client/webhooks": "ops:read", "GET /v1/ops/clients/:client/webhooks/:id": "ops:read",
	"GET /v1/ops/clients/:client/webhooks/:id/deliveries": "ops:read", "POST /v1/ops/clients/:client/webhooks/:id/replay": "ops:work",
	"POST /v1/ops/clients/:client/webhooks/:id/deliveries/:message/retry": "ops:work",
	"GET /v1/ops/clients/:client/credentials":                             "ops:read", "POST /v1/ops/credentials": "ops:admin",
	"GET /v1/ops/credentials": "ops:read", "DELETE /v1/ops/credentials/:key": "ops:admin",
	"GET /v1/ops/transactions": "ops:read", "GET /v1/ops/search": "ops:read", "GET /v1/ops/clients/:client/statement": "ops:read", "GET /v1/ops/clients/:client/transactions/:id": "ops:read", "GET /v1/ops/files": "ops:read", "GET /v1/ops/files/:id": "ops:read",
	"POST /v1/ops/files/:id/confirm": "ops:approve", "POST /v1/ops/files/:id/resend": "ops:approve",
	"POST /v1/ops/files/:id/release": "ops:approve", "POST /v1/ops/events/:event/hold": "ops:work",
	"POST /v1/ops/events/:event/approve": "ops:approve", "POST /v1/ops/events/:event/reject": "ops:work",
	"POST /v1/ops/inbound": "ops:work", "GET /v1/ops/inbound": "ops:read", "GET /v1/ops/inbound/:id": "ops:read",
	"POST /v1/ops/inbound/:id/judge": "ops:work", "POST /v1/ops/inbound/:id/dismiss": "ops:work", "GET /v1/ops/unmatched": "ops:read", "GET /v1/ops/unmatched/:id": "ops:read",
	"POST /v1/ops/unmatched/:id/assign": "ops:work", "POST /v1/ops/unmatched/:id/return": "ops:work",
	"POST /v1/ops/unmatched/:id/dismiss": "ops:work", "GET /v1/ops/settlements": "ops:read",
	"GET /v1/ops/return-requests": "ops:read", "POST /v1/ops/clients/:client/transactions/:id/return_requests": "ops:work",
	"GET /v1/ops/inbound-decisions": "ops:read", "POST /v1/ops/inbound-decisions/:event": "ops:work",
	"GET /v1/ops/queue": "ops:read", "GET /v1/ops/audit": "ops:read",
	"GET /v1/ops/operators": "ops:read", "POST /v1/ops/operators": "ops:admin", "PATCH /v1/ops/operators/:id": "ops:admin",
	"GET /v1/ops/sessions": "ops:read", "POST /v1/ops/sessions/:id/end": "ops:admin",
	"POST /v1/ops/operators/:id/sign-out": "ops:admin", "POST /v1/ops/transactions/:id/reveal": "ops:read",
	"GET /v1/ops/policy": "ops:read", "PUT /v1/ops/policy": "ops:admin", "GET /v1/ops/approvals": "ops:read",
	"GET /v1/ops/approvals/:id": "ops:read", "POST /v1/ops/approvals/:id/approve": "ops:approve",
	"POST /v1/ops/approvals/:id/refuse": "ops:approve", "POST /v1/ops/approvals/:id/withdraw": "ops:read",
	"GET /v1/return-rates": "read", "GET /v1/return-rates/entries": "read",
	"GET /v1/ops/return-rates": "ops:read", "GET /v1/ops/return-rates/entries": "ops:read",
	"POST /v1/ops/clients/:client/companies/:company/lift": "ops:approve",
	"GET /v1/ops/exposure":                                 "ops:read", "POST /v1/ops/files/:id/approve": "ops:approve",
	"GET /v1/ops/odfis/:routing": "ops:read", "PUT /v1/ops/odfis/:routing": "ops:admin",

	"GET /v1/simulations/clock": "ops:read", "PUT /v1/simulations/clock": "ops:work",
	"POST /v1/simulations/files/:id/acknowledge": "ops:work", "POST /v1/simulations/inbound": "ops:work",
	"POST /v1/simulations/transactions/:id/return": "ops:work", "POST /v1/simulations/transactions/:id/correction": "ops:work",
	"POST /v1/simulations/transactions/:id/dishonor": "ops:work", "POST /v1/simulations/transactions/:id/contest": "ops:work",
}
