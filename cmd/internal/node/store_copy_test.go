package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/freeport"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// moving is a ledger in a folder, with a payment that left and one that waits, and
// an empty database for it.
type moving struct {
	*cluster
	data          folder.Folder
	client        folder.Credential
	left, waiting string
}

func newMoving(t *testing.T) *moving {
	t.Helper()
	r := serve(t, "", nil)
	m := &moving{data: r.folder}
	r.at("2026-11-24T14:40:00Z")
	id, client := r.client("Harbor Gym")
	m.client = client
	r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1, "windows": []string{"16:30"}}}, nil)
	_, m.left = r.pay(client)
	eventually(t, "it left", func() bool { return strings.Contains(r.status(client, m.left), "Transmitted") })
	r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 0}}, nil)
	_, m.waiting = r.pay(client)
	must(t, r.stop())
	m.cluster = &cluster{t: t, database: postgrestest.Shared(t), folder: newFolder(t, m.data), shared: t.TempDir(), ops: r.ops}
	m.makeDatabase()
	port := freeport.One(t)
	startBroker(t, port)
	m.nats = fmt.Sprintf("nats://127.0.0.1:%d", port)
	return m
}

var quietLog = slog.New(slog.DiscardHandler)

// newFolder makes a folder with the master key of another and nothing else.
func newFolder(t *testing.T, like folder.Folder) folder.Folder {
	t.Helper()
	f := folder.Folder(filepath.Join(t.TempDir(), "new"))
	must(t, os.MkdirAll(f.Keys(), 0o700))
	master, err := os.ReadFile(filepath.Join(like.Keys(), "master"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(f.Keys(), "master"), master, 0o600))
	return f
}

// makeDatabase makes a new empty database for a ledger with this master key.
func (m *moving) makeDatabase() {
	m.t.Helper()
	m.name = m.database.Database(m.t)
	_, err := InitStore(context.Background(), StoreInit{URL: m.database.URL("owner", m.name), Role: postgrestest.Role, Folder: m.folder, Kind: folder.Sandbox})
	must(m.t, err)
}

func (m *moving) copy(ctx context.Context, change func(*StoreCopy)) (eventstore.Head, error) {
	o := StoreCopy{
		URL: m.database.URL(postgrestest.Role, m.name), Folder: m.data, ToStore: true,
		Progress: func(string) (func(done, total int64), func()) { return func(int64, int64) {}, func() {} },
	}
	if change != nil {
		change(&o)
	}
	return CopyStore(ctx, o)
}

// headOf is the end of a folder's log.
func headOf(t *testing.T, f folder.Folder) eventstore.Head {
	t.Helper()
	s, err := sqlite.Open(string(f), sqlite.Options{ReadOnly: true})
	must(t, err)
	defer s.Close()
	head, err := s.Head(t.Context())
	must(t, err)
	return head
}

// refusesToServe fails the test unless the place that a ledger was moved from refuses
// to serve.
func refusesToServe(t *testing.T, o Options) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	o.Kind, o.Listen, o.Ready = folder.Sandbox, "127.0.0.1:0", func(Running) { stop() }
	if err := Serve(ctx, o); err == nil || !strings.Contains(err.Error(), "was moved to") {
		t.Errorf("the place that the ledger left: %v", err)
	}
}

func TestALedgerMovesIntoADatabaseAndBack(t *testing.T) {
	t.Parallel()
	m := newMoving(t)
	was := headOf(t, m.data)
	is, err := m.copy(t.Context(), nil)
	if err != nil || is != was {
		t.Fatalf("the copy ends at %d, the log at %d: %v", is.Position, was.Position, err)
	}
	refusesToServe(t, Options{Folder: m.data, Broker: BrokerOptions{Listen: "127.0.0.1:0"}, Log: quietLog})
	if _, err := m.copy(t.Context(), nil); err == nil {
		t.Error("it is moved twice")
	}

	m.nodes = 1 // so that serve takes the operations credential of the first folder
	r := m.serve(nil)
	for id, want := range map[string]string{m.left: "Transmitted", m.waiting: "Pending"} {
		if s := r.status(m.client, id); !strings.Contains(s, want) {
			t.Errorf("in the database a payment is %s, not %s", s, want)
		}
	}
	r.at("2026-11-24T21:31:00Z")
	eventually(t, "what waited leaves", func() bool { return strings.Contains(r.status(m.client, m.waiting), "Transmitted") })
	eventually(t, "the stream is made anew", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
	head, err := r.server.Store.Head(t.Context())
	must(t, err)
	must(t, r.stop())

	back := newFolder(t, m.data)
	is, err = m.copy(t.Context(), func(o *StoreCopy) { o.Folder, o.ToStore = back, false })
	if err != nil || is.Position < head.Position || is != headOf(t, back) {
		t.Fatalf("back, the copy ends at %d, the log at %d: %v", is.Position, head.Position, err)
	}
	o := Options{Folder: m.node(), Log: quietLog}
	m.options(&o)
	refusesToServe(t, o)
	must(t, back.WriteCredential(m.ops.Key, m.ops.Secret))
	r = serve(t, back, nil)
	for _, id := range []string{m.left, m.waiting} {
		if s := r.status(m.client, id); !strings.Contains(s, "Transmitted") {
			t.Errorf("back in a folder a payment is %s", s)
		}
	}
	if on, reason := r.server.Switch.Allowed("231380104"); !on {
		t.Errorf("delivery is off: %s", reason)
	}
	must(t, r.stop())
}

func TestACopyCreatesTheTablesOfAnEmptyDatabase(t *testing.T) {
	m := newMoving(t)
	m.name = m.database.Database(t) // without store init
	if _, err := m.copy(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "--owner") {
		t.Fatalf("the database has no tables: %v", err)
	}
	if on, reason := serveOnce(t, m.data); !on {
		t.Errorf("delivery is off at the source: %s", reason)
	}
	var said []string
	owner := func(o *StoreCopy) {
		o.Owner = m.database.URL("owner", m.name)
		o.Progress = func(what string) (func(done, total int64), func()) {
			said = append(said, what)
			return func(int64, int64) {}, func() {}
		}
	}
	if is, err := m.copy(t.Context(), owner); err != nil || is != headOf(t, m.data) {
		t.Fatalf("the copy ends at %d: %v", is.Position, err)
	}
	if got := strings.Join(said, ", "); got != "copying, copying kept files, reading it back" {
		t.Errorf("it tells of %s", got)
	}
	m.nodes = 1
	r := m.serve(nil)
	if s := r.status(m.client, m.waiting); !strings.Contains(s, "Pending") {
		t.Errorf("in the database a payment is %s", s)
	}
	must(t, r.stop())
}

// serveOnce serves a folder and returns whether files may leave from it.
func serveOnce(t *testing.T, f folder.Folder) (on bool, reason string) {
	t.Helper()
	r := serve(t, f, nil)
	on, reason = r.server.Switch.Allowed("231380104")
	must(t, r.stop())
	return on, reason
}

func TestACopyThatIsCutShortContinuesOrIsAbandoned(t *testing.T) {
	m := newMoving(t)
	cut := func() error {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		_, err := m.copy(ctx, func(o *StoreCopy) {
			o.Progress = func(string) (func(done, total int64), func()) { return func(int64, int64) { stop() }, func() {} }
		})
		return err
	}
	if err := cut(); err == nil {
		t.Fatal("it was not cut short")
	}
	refusesToServe(t, Options{Folder: m.data, Broker: BrokerOptions{Listen: "127.0.0.1:0"}, Log: quietLog})
	abandon := func(o *StoreCopy) { o.Abandon = true }
	if _, err := m.copy(t.Context(), abandon); err == nil || !strings.Contains(err.Error(), "drop it first") {
		t.Errorf("it is abandoned although its target holds events: %v", err)
	}
	m.database.Exec(t, "postgres", "DROP DATABASE "+m.name+" WITH (FORCE)")
	if _, err := m.copy(t.Context(), abandon); err != nil {
		t.Fatal(err)
	}
	m.database.Exec(t, "postgres", "CREATE DATABASE "+m.name) // the test drops it at its end
	r := serve(t, m.data, nil)
	if on, reason := r.server.Switch.Allowed("231380104"); !on {
		t.Errorf("it stayed, and delivery is off: %s", reason)
	}
	must(t, r.stop())

	m.makeDatabase()
	if err := cut(); err == nil {
		t.Fatal("it was not cut short")
	}
	if is, err := m.copy(t.Context(), nil); err != nil || is != headOf(t, m.data) {
		t.Errorf("it does not continue: %v", err)
	}
}

func TestALedgerWithSomethingUnderWayDoesNotMove(t *testing.T) {
	m := newMoving(t)
	must(t, os.WriteFile(filepath.Join(m.data.Inbox(), "late.ach"), []byte("from the bank"), 0o600))
	if _, err := m.copy(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "not been read yet") {
		t.Errorf("with an unread file: %v", err)
	}
	must(t, os.Remove(filepath.Join(m.data.Inbox(), "late.ach")))
	m.nodes = 1
	r := m.serve(nil)
	// If the machine is so slow that the node's lease lapses, the copy is refused for
	// another reason first; so this waits for the refusal that names the node.
	eventually(t, "the node is the reason", func() bool {
		_, err := m.copy(t.Context(), nil)
		if err == nil {
			t.Fatal("copied beside a node")
		}
		return strings.Contains(err.Error(), "stop every node first")
	})
	must(t, r.stop())
}

// A node is suspended for so long that it no longer counts as running, and its ledger
// is moved. When it continues it ends without accepting payments, which would never be
// sent.
func TestANodeThatSleptWhileItsLedgerMovedServesItNoMore(t *testing.T) {
	c := newCluster(t)
	r := c.serve(nil)
	core, _, err := openForCommand(t.Context(), c.node(), c.database.URL(postgrestest.Role, c.name))
	must(t, err)
	log, err := Identify(t.Context(), core.Store)
	must(t, err)
	_, err = core.Switch.MoveTo("/new/folder", log)
	must(t, errors.Join(err, core.Close()))
	if err := r.wait(); err == nil || !strings.Contains(err.Error(), "moved to /new/folder") {
		t.Errorf("it ended with %v", err)
	}
}

// Otherwise a person could switch delivery on in two places.
func TestADatabaseWhoseLogIsAnotherOneStaysMoved(t *testing.T) {
	c := newCluster(t)
	opened := func() (*Core, error) {
		core, _, err := openForCommand(t.Context(), c.node(), c.database.URL(postgrestest.Role, c.name))
		return core, err
	}
	core, err := opened()
	must(t, err)
	log, err := Identify(t.Context(), core.Store)
	must(t, err)
	log.Head += 100 // the log was longer when the ledger was moved
	_, err = core.Switch.MoveTo("/new/folder", log)
	must(t, errors.Join(err, core.Close()))
	for range 2 {
		if _, err := opened(); err == nil || !strings.Contains(err.Error(), "moved to /new/folder") {
			t.Errorf("opening it again: %v", err)
		}
	}
}

// What a node accepted that ran for a moment while the ledger was being moved is in the
// copy, although the copy missed every notification of it.
func TestACopyEndsWhereTheLogEndsOnceNoNodeRuns(t *testing.T) {
	c := newCluster(t)
	url := c.database.URL(postgrestest.Role, c.name)
	store, err := postgres.Open(t.Context(), postgres.Options{URL: url, Heartbeat: time.Hour})
	must(t, err)
	defer store.Close()
	for ended := false; !ended; time.Sleep(time.Millisecond) { // the store connects again after an hour
		must(t, postgrestest.QueryIn(t, c.database.URL("owner", c.name), `SELECT coalesce(bool_or(pg_terminate_backend(pid)), false) FROM pg_stat_activity
			WHERE datname = current_database() AND query LIKE 'LISTEN%'`, &ended))
	}
	core, _, err := openForCommand(t.Context(), c.node(), url)
	must(t, err)
	must(t, core.Ledger.Audit(t.Context(), domain.LedgerClient, domain.DeliverySwitched{Reason: "a last event"}))
	newest, err := core.Store.Head(t.Context())
	must(t, errors.Join(err, core.Close()))
	e := &databaseEnd{store: store}
	must(t, e.deserted(t.Context()))
	if head, err := e.source().Head(t.Context()); err != nil || head != newest {
		t.Errorf("the copy would end at event %d, %v, and the log ends at %d", head.Position, err, newest.Position)
	}
}

// A node that was stopped is started again, by whoever watches it, while the ledger is
// being moved: it may have accepted a payment that the copy would not have.
func TestNothingIsCopiedWhileANodeMayStillAcceptPayments(t *testing.T) {
	m := newMoving(t)
	_, err := m.copy(t.Context(), nil)
	must(t, err)
	m.database.Exec(t, m.name, `CREATE FUNCTION achledger.starts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
		$$ BEGIN INSERT INTO achledger.nodes(name, position, seen, serves) VALUES('late', 0, now(), true) ON CONFLICT DO NOTHING; RETURN NEW; END $$`)
	m.database.Exec(t, m.name, `CREATE TRIGGER starts AFTER UPDATE ON achledger.delivery FOR EACH ROW EXECUTE FUNCTION achledger.starts()`)
	back := newFolder(t, m.data)
	home := func(o *StoreCopy) { o.Folder, o.ToStore = back, false }
	if _, err := m.copy(t.Context(), home); err == nil || !strings.Contains(err.Error(), "node late") {
		t.Errorf("it is copied: %v", err)
	}
	m.database.Exec(t, m.name, `DELETE FROM achledger.nodes WHERE name = 'late'`)
	if _, err := m.copy(t.Context(), home); err != nil {
		t.Errorf("typed again: %v", err)
	}
}
