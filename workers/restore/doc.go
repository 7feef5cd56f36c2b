// Package restore records in a restored ledger the files that went out after
// its backup. Their entries become filed and their numbers used, under the file
// names and traces that the bank knows, so that nothing leaves a second time.
//
// A file that the log knows by its name is recorded as delivered. A file that
// the log had begun, or that a client had uploaded, is finished as it went out.
// The entries of every other file are matched with what waits, held or not:
// first by everything that their records say, then without the account, which a
// notification of change may have corrected after the backup. An entry without
// a match becomes a transaction of its own, and what looks like it is held
// until a person has decided.
//
// A run that stopped half-way is repeated as a whole, and continues where it
// stopped.
package restore
