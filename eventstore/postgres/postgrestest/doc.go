// Package postgrestest starts a throw-away PostgreSQL from the machine's package
// for tests: one cluster for a test binary, one database for a test.
package postgrestest
