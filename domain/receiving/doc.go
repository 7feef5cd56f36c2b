// Package receiving has the rules by which a payment that came for one of a
// client's receiving accounts is paid, returned, or waits until somebody
// decides. It is pure, as the rest of the domain is.
//
// A payment meets the filters of its account in their order: the first that
// fits says what becomes of it. What no filter fits is treated as the account
// says. A prenote is treated as a payment is: what may not be debited should
// not be announced.
package receiving
