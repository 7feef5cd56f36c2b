// Package answers is the rulebook of what a client may answer to a payment and
// until when: return and correct what came in; dishonor, contest, refuse,
// reverse and present again what went out and was returned. Every command
// decides over a Case and returns a pending event, which leaves through the
// batcher like every entry.
//
// Source: NACHA Operating Rules, article two (reversals, reinitiation,
// dishonored returns, refused changes) and article three (returns,
// notifications of change, contested dishonored returns).
package answers
