// Package sqlite keeps the log in one SQLite file of a data folder, for a
// ledger on one machine. One goroutine of one process writes it, many calls to
// a transaction. Any number of processes may read it meanwhile.
package sqlite
