// Package fedsim lets the simulated Federal Reserve work on folders: it reads
// the files of an outbox and answers into an inbox. Everything it does is
// written to a journal first, from which a new process restores the state of
// the last one. A last line that a crash cut short is done again, since nobody
// knows how far it got; the ledger detects the duplicate.
package fedsim
