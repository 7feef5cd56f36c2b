// Package http is the ledger's door: five surfaces on one port, one
// credential store behind all of them, one shape of error in front.
//
// A request passes, in this order: its id, the access log and the latency
// metric (observe.go), a net for panics, a limit on its body, the router, who
// asks (caller.go), what was asked before under the same key (once.go), and
// then the handler named after the verb, which decodes, lets the domain
// decide, and answers from what the log holds.
//
// Answers are never guessed: a 2xx means durable on disk, and every error a
// handler returns becomes one problem document (problem.go) by one table.
package http
