// Package fedsim lets the simulated Federal Reserve work on folders: it reads
// the files of an outbox and answers into an inbox. Everything it does is
// written to a journal first, from which a new process restores the state of
// the last one. A last step that is not marked as done is carried out again, since it
// is not known how far it got; the ledger detects the duplicate.
package fedsim
