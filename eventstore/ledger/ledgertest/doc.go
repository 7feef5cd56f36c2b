// Package ledgertest makes ledgers for tests: a real log with real keys in a
// folder, on a clock that the test moves, with Harbor Gym as its client.
package ledgertest
