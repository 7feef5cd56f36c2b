// Package eventstore keeps the ledger's log: an append-only, hash-chained
// sequence of events, each in exactly one stream, each with a gap-free
// position. The log is the truth; everything else in achledger is derived
// from it and can be thrown away.
//
// Store is the contract. Package sqlite implements it; every
// implementation runs the same conformance suite (package storetest).
package eventstore
