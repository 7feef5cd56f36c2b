package node

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/projections"
)

// rebuild rebuilds a node's views, as the command does while the node runs.
func (c *cluster) rebuild(f folder.Folder) error {
	c.t.Helper()
	reader, err := OpenDatabaseRebuilder(context.Background(), f, c.database.URL(postgrestest.Role, c.name))
	if err != nil {
		return err
	}
	return errors.Join(projections.Rebuild(context.Background(), f.Views(), reader.Store, nil), reader.Close())
}

// Rebuilt views contain no event that a failover may still undo: the rebuild reads up
// to what a commit of its own proves to be durable. Here no commit succeeds, since the
// standby is missing.
func TestViewsAreMadeOnlyOfWhatACommitProves(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a database server of its own")
	}
	database, err := postgrestest.Start()
	must(t, err)
	t.Cleanup(func() { must(t, database.Remove()) })
	must(t, database.Create("ledger"))
	f := folder.Folder(filepath.Join(t.TempDir(), "node"))
	_, err = InitStore(t.Context(), StoreInit{URL: database.URL("owner", "ledger"), Role: postgrestest.Role, Folder: f, Kind: folder.Sandbox})
	must(t, err)
	url := database.URL(postgrestest.Role, "ledger")
	proven, err := OpenDatabaseRebuilder(t.Context(), f, url)
	must(t, err)
	must(t, proven.Close())
	must(t, database.Set("synchronous_standby_names", "nobody"))
	seen, err := OpenDatabaseReader(t.Context(), f, url, "")
	must(t, err)
	must(t, seen.Close())
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if r, err := OpenDatabaseRebuilder(ctx, f, url); err == nil {
		must(t, r.Close())
		t.Error("it reads what nothing proves")
	}
}

// The views of one node are rebuilt while all nodes accept payments. No list of any
// node lacks an accepted payment, and at the end all nodes show the same.
func TestViewsOfANodeAreMadeAnewWhileAllServe(t *testing.T) {
	c := newCluster(t)
	nodes := []*running{c.serve(nil), c.serve(nil), c.serve(nil)}
	_, others := leader(t, nodes)
	_, client := nodes[0].client("Harbor Gym")
	paid := 0
	pay := func(r *running) {
		if status, _ := r.pay(client); status != http.StatusCreated {
			t.Fatalf("a payment answers %d", status)
		}
		paid++
	}
	lists := func(r *running) {
		t.Helper()
		var list []object
		r.must(http.StatusOK, client, http.MethodGet, "/api/transaction/event", nil, &list)
		if len(list) != paid {
			t.Errorf("a node lists %d of %d payments", len(list), paid)
		}
	}
	for _, r := range nodes {
		pay(r)
	}
	for round := range 3 {
		rebuilt := make(chan error, 1)
		go func() { rebuilt <- c.rebuild(others[round%2].folder) }()
		for done := false; !done; {
			for _, r := range nodes {
				pay(r)
				lists(others[round%2])
			}
			select {
			case err := <-rebuilt:
				must(t, err)
				done = true
			default:
			}
		}
		for _, r := range nodes {
			pay(r)
			lists(r)
			lists(others[round%2])
		}
	}
	for _, r := range nodes {
		must(t, r.server.views.CatchUp(t.Context()))
		differences, n, err := r.server.views.Compare(t.Context(), nil)
		must(t, err)
		if n != 0 {
			t.Errorf("the views of a node differ from its log in %d rows: %v", n, differences)
		}
	}
}
