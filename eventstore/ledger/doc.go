// Package ledger is how the rest of achledger uses the log: it reads streams
// as the aggregates of package domain, and writes the events their commands
// decide; Execute does both at once. It adds what the pure domain must not know: the clock, the keys and
// who asked.
package ledger
