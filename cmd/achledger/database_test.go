package main

import (
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
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

// withDatabase removes the scripts' PostgreSQL server after all tests.
type withDatabase struct{ *testing.M }

// Run implements testscript.TestingM.
func (m withDatabase) Run() int { return postgrestest.Run(m.M) }

// startBroker starts a NATS server with JetStream and sets $NATS, its URL.
func startBroker(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: broker")
	}
	s, err := natsserver.NewServer(&natsserver.Options{
		JetStream: true, StoreDir: ts.MkAbs("nats"), Host: "127.0.0.1", Port: natsserver.RANDOM_PORT, MaxPayload: 8 << 20, NoSigs: true, NoLog: true,
	})
	ts.Check(err)
	s.Start()
	ts.Defer(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(10 * time.Second) {
		ts.Fatalf("the broker is not ready")
	}
	ts.Setenv("NATS", s.ClientURL())
}
