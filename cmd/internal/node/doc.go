// Package node wires a ledger together on one data folder. Core is what every
// command that writes needs: the log, the keys, the clock and the delivery
// switch. Server adds the running parts: broker, relay, views, workers and
// HTTP.
package node
