// Package http is the ledger's HTTP server: one port, with one credential store
// and one error format for all surfaces. It makes the server and binds the
// surfaces, which are packages of their own:
//
//	connect   /api/transaction, /connect/token: ACH Connect, one by one and in bulk
//	files     /v1/events, /v1/files, /v1/nacha, return codes, calendar, windows
//	links     /v1/accounts: ACH relationships and transfers, Plaid
//	pro       /v1/odfis, /v1/recipients, /v1/ach-files, /v1/returns, /v1/nocs
//	vault     /rest/v2: account tokens and their transactions
//	webhooks  /v1/webhooks: where messages are posted, and what became of them
//	ops       /v1/ops: clients, credentials, files, what comes from the bank
//	sandbox   /v1/simulations: the clock, and a simulated bank for tests
//	console   /console: the pages for operators
//
// A surface imports the kit, package api, and no other surface; a test checks
// that.
//
// A request passes, in this order: the assignment of its id, the access log and
// latency metric, and recovery from panics (api/observe.go), a limit on its body
// (api/limits.go), the router, and authentication (api/caller.go). Then the
// handler named after the verb reads the body strictly (api/body.go), checks
// whether its Idempotency-Key was used before (api/idempotency.go), lets the
// domain decide, and answers from what the log holds.
//
// A 2xx means that what it reports is durable. Every error that a handler returns
// becomes a problem document (api/problem.go) by one table (api/status.go).
package http
