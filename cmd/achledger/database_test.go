package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// database makes an empty database and says where it is:
//
//	database     sets $OWNER, the URL of its owner, and $SERVING, that of the role achledger
func database(t *testing.T) func(ts *testscript.TestScript, neg bool, args []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg || len(args) != 0 {
			ts.Fatalf("usage: database")
		}
		c := postgrestest.Shared(t)
		name := c.Database(t)
		ts.Setenv("OWNER", c.URL("owner", name))
		ts.Setenv("SERVING", c.URL(postgrestest.Role, name))
	}
}

// withDatabase removes the PostgreSQL of the stories after them.
type withDatabase struct{ *testing.M }

// Run implements testscript.TestingM.
func (m withDatabase) Run() int { return postgrestest.Run(m.M) }
