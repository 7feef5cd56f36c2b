package node

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/freeport"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

func TestMain(m *testing.M) {
	code := postgrestest.Run(m)
	stopChromium()
	os.Exit(code)
}

// cluster is a ledger in a database with what its nodes share.
type cluster struct {
	t        *testing.T
	database *postgrestest.Cluster
	name     string
	folder   folder.Folder // of the first node
	nats     string
	shared   string // holds outbox and inbox
	nodes    int
	ops      folder.Credential
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t, database: postgrestest.Shared(t), folder: folder.Folder(filepath.Join(t.TempDir(), "node")), shared: t.TempDir()}
	c.name = c.database.Database(t)
	_, err := InitStore(context.Background(), StoreInit{URL: c.database.URL("owner", c.name), Role: postgrestest.Role, Folder: c.folder, Kind: folder.Sandbox})
	if err != nil {
		t.Fatal(err)
	}
	port := freeport.One(t)
	startBroker(t, port)
	c.nats = fmt.Sprintf("nats://127.0.0.1:%d", port)
	return c
}

// path is a folder or file that the nodes share.
func (c *cluster) path(elements ...string) string {
	return filepath.Join(append([]string{c.shared}, elements...)...)
}

// options sets the options of a node of the cluster.
func (c *cluster) options(o *Options) {
	c.nodes++
	o.Database = Database{
		URL: c.database.URL(postgrestest.Role, c.name), Node: fmt.Sprintf("node-%d", c.nodes), Outbox: c.path("outbox"), Inbox: c.path("inbox"),
	}
	o.Broker = BrokerOptions{URL: c.nats}
}

// node makes a folder with the ledger's master key and nothing else.
func (c *cluster) node() folder.Folder {
	c.t.Helper()
	f := folder.Folder(filepath.Join(c.t.TempDir(), "node"))
	master, err := os.ReadFile(filepath.Join(c.folder.Keys(), "master"))
	if err == nil {
		err = os.MkdirAll(f.Keys(), 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(f.Keys(), "master"), master, 0o600)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return f
}

// serve runs a node in a folder of its own.
func (c *cluster) serve(change func(*Options)) *running {
	c.t.Helper()
	f := c.node()
	if c.nodes > 0 { // only the first start writes the operations credential, to its own folder
		if err := f.WriteCredential(c.ops.Key, c.ops.Secret); err != nil {
			c.t.Fatal(err)
		}
	}
	r := serve(c.t, f, func(o *Options) {
		c.options(o)
		if change != nil {
			change(o)
		}
	})
	c.ops = r.ops
	return r
}

// sent are the files in the outbox.
func (c *cluster) sent() []string {
	c.t.Helper()
	names, err := filepath.Glob(c.path("outbox", "*.ach"))
	if err != nil {
		c.t.Fatal(err)
	}
	return names
}

// entries counts those of all files in the outbox.
func (c *cluster) entries() (n int) {
	c.t.Helper()
	for _, name := range c.sent() {
		content, err := os.ReadFile(name)
		if err != nil {
			c.t.Fatal(err)
		}
		n += strings.Count(string(content), "\n6")
	}
	return n
}

// at sets the sandbox's clock.
func (r *running) at(now string) {
	r.t.Helper()
	if status := r.call(r.ops, http.MethodPut, "/v1/simulations/clock", map[string]any{"now": now}, nil); status != http.StatusOK {
		r.t.Fatalf("setting the clock to %s answers %d", now, status)
	}
}

// status returns the status of a transaction.
func (r *running) status(who folder.Credential, id string) string {
	r.t.Helper()
	var t struct {
		Events []struct{ Status string }
		Status string
	}
	r.call(who, http.MethodGet, "/api/transaction/"+id, nil, &t)
	return fmt.Sprint(t)
}

func TestALedgerInADatabaseTakesAPaymentToTheBankAndItsReturnBack(t *testing.T) {
	c := newCluster(t)
	r := c.serve(nil)
	r.at("2026-11-24T14:40:00Z")
	id, client := r.client("Harbor Gym")
	if status := r.call(r.ops, http.MethodPatch, "/v1/ops/clients/"+id, map[string]any{"batching": map[string]any{"max_entries": 2, "windows": []string{"16:30"}}}, nil); status != http.StatusOK {
		t.Fatalf("setting the thresholds answers %d", status)
	}
	_, first := r.pay(client)
	_, second := r.pay(client)
	eventually(t, "two payments leave in a file", func() bool { return len(c.sent()) == 1 })
	if status := r.call(r.ops, http.MethodPost, "/v1/simulations/transactions/"+first+"/return", map[string]any{"code": "R03"}, nil); status >= 300 {
		t.Fatalf("the return answers %d", status)
	}
	eventually(t, "the first is returned", func() bool { return strings.Contains(r.status(client, first), "Returned") })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	// Another node starts with nothing but the master key.
	r = c.serve(nil)
	if s := r.status(client, first); !strings.Contains(s, "Returned") {
		t.Errorf("on another node the first payment is %s", s)
	}
	if s := r.status(client, second); strings.Contains(s, "Returned") || s == "{[] }" {
		t.Errorf("on another node the second payment is %s", s)
	}
	if status, _ := r.pay(client); status != http.StatusCreated {
		t.Errorf("another payment answers %d", status)
	}
	if names := c.sent(); len(names) != 1 {
		t.Errorf("the outbox holds %v", names)
	}
}

func TestANodeIsStartedOnItsOwnFolderWithTheLedgersKeyAndFolders(t *testing.T) {
	c := newCluster(t)
	r := c.serve(nil)
	attempt := func(change func(*Options)) error {
		t.Helper()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		o := Options{Folder: c.node(), Kind: folder.Sandbox, Listen: "127.0.0.1:0", Log: r.server.log, Ready: func(Running) { cancel() }}
		c.options(&o)
		change(&o)
		return Serve(ctx, o)
	}
	other := newCluster(t)
	whole := folder.Folder(filepath.Join(t.TempDir(), "whole"))
	if err := serve(t, whole, nil).stop(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*Options)
		says   string
	}{
		"":                        {func(*Options) {}, ""},
		"another master key":      {func(o *Options) { o.Folder = other.node() }, "the master key is another one"},
		"no master key":           {func(o *Options) { o.Folder = folder.Folder(t.TempDir()) }, "master key is missing"},
		"a running node's folder": {func(o *Options) { o.Folder = r.folder }, "another node runs"},
		"the other kind":          {func(o *Options) { o.Kind = folder.Production }, "made as a sandbox"},
		"no outbox":               {func(o *Options) { o.Database.Outbox = "" }, "--outbox"},
		"somebody else's inbox":   {func(o *Options) { o.Database.Inbox = string(whole) }, "not empty"},
		"a ledger in the folder":  {func(o *Options) { o.Folder = whole }, "a ledger of its own"},
		"the outbox of another": {func(o *Options) {
			must(t, folder.Share(other.path("outbox"), "other"))
			o.Database.Outbox = other.path("outbox")
		}, "that of ledger other"},
		"a folder without --store": {func(o *Options) {
			o.Database, o.Broker = Database{}, BrokerOptions{Listen: "127.0.0.1:0"}
			o.Folder = r.folder
		}, "--store"},
	} {
		err := attempt(tt.change)
		if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
