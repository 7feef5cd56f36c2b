// Package node puts the parts of a ledger together on one data folder. Core
// is what every command that writes needs: the log, the keys, the clock and
// the delivery switch. Server adds what runs: broker, relay, views, workers
// and HTTP.
package node
