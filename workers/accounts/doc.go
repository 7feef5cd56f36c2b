// Package accounts applies notifications of change: it corrects the bank
// account that an entry went to, so that all of the client's references to it
// lead to the new data, and gives the new data to entries that still wait for a
// file.
package accounts
