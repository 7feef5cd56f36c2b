// Package ledger is the way in which the rest of achledger uses the log. It
// reads streams as the aggregates of package domain, and writes the events that
// their commands decide; Execute does both. It adds what the pure domain must
// not know: the clock, the keys and the request.
package ledger
