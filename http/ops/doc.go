// Package ops is operations: clients and credentials, files, what comes from
// the bank, and what waits for a person.
package ops
