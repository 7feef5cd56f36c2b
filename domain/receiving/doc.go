// Package receiving has the rules by which a payment received for one of a
// client's accounts is paid, returned, or waits for a decision. It is pure,
// like the rest of the domain.
//
// A payment is compared with the filters of its account in order: the first
// that matches decides. A payment that no filter matches is treated according
// to the account's default. A prenote is treated like a payment, because it
// announces debits that the account may not allow.
package receiving
