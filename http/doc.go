// Package http is the ledger's door: ACH Connect, ACH Pro, ACH relationships,
// the vault, the native calls, and operations with the sandbox, on one port,
// with one credential store behind all of them and one shape of error in front.
//
// A request passes, in this order: its id, the access log and the latency
// metric (observe.go), a net for panics, a limit on its body (limit.go), the
// router (routes.go), and who asks (caller.go). Then the handler named after
// the verb reads the body strictly (body.go), looks whether the same was asked
// before under its Idempotency-Key (once.go), lets the domain decide, and
// answers from what the log holds.
//
// Answers are never guessed: a 2xx means durable on disk, and every error a
// handler returns becomes one problem document (problem.go) by one table.
package http
