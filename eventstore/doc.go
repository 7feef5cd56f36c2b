// Package eventstore keeps the ledger's log: an append-only, hash-chained
// sequence of events, each in exactly one stream, each with a gap-free
// position. The log is authoritative; everything else in achledger is derived
// from it and can be made again.
//
// Store is the contract. Packages sqlite and postgres implement it, and pass
// the same conformance suite (package storetest).
package eventstore
