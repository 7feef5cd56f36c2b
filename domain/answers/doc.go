// Package answers has the rules by which a client may answer items of a
// transaction, and until when: return or correct a received payment; dishonor a
// return, refuse a correction, reverse a sent entry, or present a returned one
// again; contest a dishonored return. Every command decides over a Case and
// returns a pending event, which leaves through the batcher like every entry.
//
// Source: NACHA Operating Rules, article two (reversals, reinitiation,
// dishonored returns, refused changes) and article three (returns,
// notifications of change, contested dishonored returns).
package answers
