// Package inbound takes in files that come from the bank and finds the place
// of every entry in them: a return at the entry it returns, a payment at the
// client it is for, and all else in a queue that a person looks after, with
// its money accounted for.
//
// An Intake keeps the raw file, sealed, before the log says that it came. It
// then reads the kept file twice: once to judge it, once to apply the batches
// that are good. Every entry has an id that follows from its batch's content,
// so the same batch under another name, in another file or after a crash is
// applied once. What was done is decided by the log, never by where a file
// lies.
//
// Source of the rules: NACHA Operating Rules, article two and three (returns,
// notifications of change, dishonored and contested returns) and appendix
// four; FedACH for what an operator rejects.
package inbound
