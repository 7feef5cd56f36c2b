package postgrestest

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore/postgres"
)

// shared is the cluster of a test binary.
var shared struct {
	once    sync.Once
	cluster *Cluster
	err     error
}

// Main runs the tests of a package and removes its cluster afterwards: call it
// in TestMain.
func Main(m *testing.M) { os.Exit(Run(m)) }

// Run is Main for a binary that does more than tests.
func Run(m interface{ Run() int }) (code int) {
	code = m.Run()
	if shared.cluster != nil {
		if err := shared.cluster.Remove(); err != nil {
			fmt.Fprintln(os.Stderr, "remove the PostgreSQL of the tests:", err)
			code = 1
		}
	}
	return code
}

// Shared is the cluster of this test binary, which must not be stopped.
func Shared(t testing.TB) *Cluster {
	t.Helper()
	shared.once.Do(func() { shared.cluster, shared.err = Start() })
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.cluster
}

var databases atomic.Int64

// Made is the ledger of a test's database.
func Made(*postgres.Ledger) (postgres.Ledger, error) {
	return postgres.Ledger{ID: "test", Kind: "sandbox", Mark: []byte("mark")}, nil
}

// Role is the one that serves.
const Role = "achledger"

// Ledger makes a database with an empty log in the shared cluster, and returns
// its URLs for the role that serves and for the owner.
func Ledger(t testing.TB) (serving, owner string) {
	t.Helper()
	return Shared(t).Ledger(t)
}

// Ledger makes a database with an empty log, as a copy of one that was made
// before: that is faster.
func (c *Cluster) Ledger(t testing.TB) (serving, owner string) {
	t.Helper()
	c.model.Do(func() {
		c.Exec(t, "postgres", "CREATE DATABASE model")
		if _, err := postgres.Init(context.Background(), c.URL("owner", "model"), Role, Made); err != nil {
			t.Fatal(err)
		}
	})
	name := c.database(t, "model")
	return c.URL(Role, name), c.URL("owner", name)
}

// Database makes an empty database.
func (c *Cluster) Database(t testing.TB) (name string) {
	t.Helper()
	return c.database(t, "template1")
}

func (c *Cluster) database(t testing.TB, model string) (name string) {
	t.Helper()
	name = "test" + strconv.FormatInt(databases.Add(1), 10)
	c.Exec(t, "postgres", "CREATE DATABASE "+name+" TEMPLATE "+model+c.strategy)
	if c == shared.cluster { // another one goes with its test
		t.Cleanup(func() { c.Exec(t, "postgres", "DROP DATABASE "+name+" WITH (FORCE)") })
	}
	return name
}

// Exec runs a statement as the owner.
func (c *Cluster) Exec(t testing.TB, database, sql string, args ...any) {
	t.Helper()
	if c == shared.cluster && database == "postgres" {
		admin.Lock()
		defer admin.Unlock()
		admin.session = c.exec(t, admin.session, database, sql, args)
		return
	}
	_ = c.exec(t, nil, database, sql, args).Close(context.Background())
}

// admin is a session in the shared cluster for what makes and drops databases. To
// start one for each statement would cost as much as the statements.
var admin struct {
	sync.Mutex
	session *pgx.Conn
}

// exec runs a statement in a session, or in a new one if there is none, and
// returns the session.
func (c *Cluster) exec(t testing.TB, session *pgx.Conn, database, sql string, args []any) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	if session == nil || session.IsClosed() {
		var err error
		if session, err = pgx.Connect(ctx, c.URL("owner", database)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := session.Exec(ctx, sql, args...); err != nil {
		_ = session.Close(ctx)
		t.Fatalf("%s: %v", sql, err)
	}
	return session
}

// QueryIn reads one value from the database of a URL.
func QueryIn(t testing.TB, url, sql string, into any, args ...any) error {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		return err
	}
	defer conn.Close(context.Background())
	return conn.QueryRow(context.Background(), sql, args...).Scan(into)
}
