// Package http is the ledger's door: one port, one credential store behind
// every surface and one shape of error in front of them. It makes the server
// and binds the surfaces, which are packages of their own:
//
//	connect   /api/transaction, /connect/token: ACH Connect, one by one and in bulk
//	files     /v1/events, /v1/files, /v1/nacha, return codes, calendar, windows
//	links     /v1/accounts: ACH relationships and transfers, Plaid
//	pro       /v1/odfis, /v1/recipients, /v1/ach-files, /v1/returns, /v1/nocs
//	vault     /rest/v2: account tokens and their transactions
//	webhooks  /v1/webhooks: where messages are posted, and what became of them
//	ops       /v1/ops: clients, credentials, files, what comes from the bank
//	sandbox   /v1/simulations: the clock, and the bank as a test plays it
//
// A surface imports the kit, package api, and no other surface; a test keeps
// it so.
//
// A request passes, in this order: its id, the access log and the latency
// metric (api/observe.go), a net for panics, a limit on its body
// (api/limits.go), the router, and who asks (api/caller.go). Then the handler
// named after the verb reads the body strictly (api/body.go), looks whether
// the same was asked before under its Idempotency-Key (api/idempotency.go),
// lets the domain decide, and answers from what the log holds.
//
// Answers are never guessed: a 2xx means durable on disk, and every error a
// handler returns becomes one problem document (api/problem.go) by one table
// (api/status.go).
package http
