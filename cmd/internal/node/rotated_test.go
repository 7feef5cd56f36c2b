package node

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/seal"
)

// hasMaster reports whether a node's folder has the master key in use.
func (r *running) hasMaster() bool {
	r.t.Helper()
	l, err := r.server.Store.(*postgres.Store).Ledger(r.t.Context())
	r.noError(err)
	return seal.CheckMark(r.folder.Keys(), l.Mark) == nil
}

func TestTheMasterKeyIsReplacedOnEveryNodeWithoutAStop(t *testing.T) {
	c := newCluster(t)
	dir := t.TempDir()
	next := func(name string) string { return filepath.Join(dir, name) }
	give := func(name string) {
		t.Helper()
		content, err := os.ReadFile(next("made"))
		must(t, err)
		must(t, os.WriteFile(next(name), content, 0o600))
	}
	must(t, seal.MakeNext(next("made")))
	names := []string{"node-1", "node-2", "node-3"}
	var nodes []*running
	for _, name := range names {
		nodes = append(nodes, c.serve(func(o *Options) { o.Database.NextMaster = next(name) }))
	}
	nodes[0].at("2026-11-24T14:40:00Z")
	id, client := nodes[0].client("Harbor Gym")
	nodes[0].must(200, nodes[0].ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1}}, nil)

	rotate := func() error { return nodes[1].command("keys/rotate", Rotation{}, &Nothing{}) }
	if err := rotate(); err == nil || !strings.Contains(err.Error(), "keys make") {
		t.Errorf("without a next master key: %v", err)
	}
	lead, others := leader(t, nodes)
	give(lead.server.options.Database.Node)
	give(others[0].server.options.Database.Node)
	last := others[1].server.options.Database.Node
	eventually(t, "one node is without it", func() bool {
		err := rotate()
		return err != nil && strings.Contains(err.Error(), "is not on "+last+":")
	})
	give(last)
	eventually(t, "the master key is replaced", func() bool { return rotate() == nil })
	must(t, rotate()) // a repeat, as after a lost answer
	for i, r := range nodes {
		eventually(t, "each node's folder has it", r.hasMaster)
		if status, _ := r.pay(client); status != http.StatusCreated {
			t.Errorf("a payment answers %d", status)
		}
		_, other := r.client("Later " + names[i])
		if status, _ := nodes[(i+1)%3].pay(other); status != http.StatusCreated {
			t.Errorf("a payment of a new client answers %d", status)
		}
	}
	eventually(t, "what was sealed before and after leaves", func() bool { return c.entries() == 3 })

	// A node that was away has the old one.
	away := nodes[2]
	must(t, away.stop())
	old, err := os.ReadFile(filepath.Join(c.folder.Keys(), "master"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(away.folder.Keys(), "master"), old, 0o600))
	start := func(file string) error {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		o := Options{Folder: away.folder, Kind: folder.Sandbox, Listen: "127.0.0.1:0", Log: quietLog, Ready: func(Running) { stop() }}
		c.options(&o)
		o.Database.NextMaster = file
		return Serve(ctx, o)
	}
	if err := start(""); err == nil || !strings.Contains(err.Error(), "--master-key-file-next") {
		t.Errorf("with the old master key alone it starts: %v", err)
	}
	must(t, start(next("made")))
	must(t, start("")) // the key was stored in the node's folder by the last start
}

// The leader is killed when the keys are wrapped by the next master key and the event that
// tells the other nodes is not written. It is back when somebody repeats the command.
func TestARotationThatStoppedBeforeItsEventIsRepeatedByTheNextLeader(t *testing.T) {
	c := newCluster(t)
	next := filepath.Join(t.TempDir(), "next")
	must(t, seal.MakeNext(next))
	options := func(o *Options) { o.Database.NextMaster = next }
	killed, others := leader(t, []*running{c.serve(options), c.serve(options)})
	must(t, killed.server.Keys.Rotate())
	must(t, killed.stop())
	r, _ := leader(t, others)
	back := serve(t, killed.folder, func(o *Options) { c.options(o); options(o) })
	eventually(t, "it knows of the node that is back", func() bool {
		nodes, err := r.server.asks.Nodes(t.Context())
		must(t, err)
		return slices.ContainsFunc(nodes, func(n postgres.Node) bool { return n.Name == back.server.options.Database.Node && n.Live() })
	})
	must(t, r.command("keys/rotate", Rotation{}, &Nothing{}))
	eventually(t, "its folder has the master key in use", r.hasMaster)
}

// A node without the next master key may be away while the key is replaced. When it is
// back it is not ready until it has the key.
func TestANodeWithoutTheMasterKeyInUseIsNotReady(t *testing.T) {
	c := newCluster(t)
	next, late := filepath.Join(t.TempDir(), "next"), filepath.Join(t.TempDir(), "late")
	must(t, seal.MakeNext(next))
	a := c.serve(func(o *Options) { o.Database.NextMaster = next })
	b := c.serve(func(o *Options) { withAdmin(o); o.Database.NextMaster = late })
	must(t, a.server.Keys.Rotate()) // without the check of other nodes, as if b were away
	must(t, a.server.Ledger.Audit(t.Context(), domain.LedgerClient, domain.KeysRotated{}))
	eventually(t, "it is not ready", func() bool {
		status, h := b.readyz()
		return status == http.StatusServiceUnavailable && strings.Contains(h.Reason, "master key")
	})
	if status := b.call(b.ops, http.MethodGet, "/v1/ops/clients", nil, nil); status != http.StatusServiceUnavailable {
		t.Errorf("it serves: %d", status)
	}
	content, err := os.ReadFile(next)
	must(t, err)
	must(t, os.WriteFile(late, content, 0o600))
	eventually(t, "it is ready", func() bool { status, _ := b.readyz(); return status == http.StatusOK })
}
