// Package restore tells a restored ledger which files had gone out since its
// backup. Their entries become filed and their numbers taken, under the
// names and traces the bank knows, so that nothing leaves a second time.
//
// A file that the log knows by its name is delivered. One that the log had
// begun, an upload of a client included, is finished as it went out. The
// entries of every other file are looked for among what waits, held or not:
// first by all that their records say, then without the account, which a
// notification of change may have corrected after the backup. What is found
// nowhere becomes a transaction of its own, and what looks like it is held
// until a person has looked.
//
// Everything can be repeated: a run that stopped half-way is repeated as a
// whole and continues where it stopped.
package restore
