// Package api is what the surfaces of the ledger share: authentication, strict
// reading of bodies and queries, idempotency, pages, problems, limits, and the
// views that more than one surface shows.
package api
