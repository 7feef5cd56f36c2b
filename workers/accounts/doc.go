// Package accounts applies notifications of change: the bank account that an
// entry went to is corrected, so that every name a client has for it leads to
// the new data at once, and what still waits for a file leaves with it.
package accounts
