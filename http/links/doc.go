// Package links is ACH relationships: bank accounts that a client links to
// its account holders, proves by micro-deposits or Plaid, and moves money
// over.
package links
