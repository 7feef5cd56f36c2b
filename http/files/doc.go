// Package files is the ledger's own interface: events and their stream, files
// and uploads, code tables, calendar and windows.
package files
