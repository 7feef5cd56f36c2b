package node

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
	"github.com/achledger/achledger/eventstore/testseed"
)

// inTurn makes a proxy that passes requests to the nodes in turn.
func inTurn(t *testing.T, nodes []*running) (base string) {
	t.Helper()
	var next atomic.Uint64
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			to, err := url.Parse(nodes[next.Add(1)%uint64(len(nodes))].Base)
			if err != nil {
				panic(err)
			}
			r.SetURL(to)
		},
		FlushInterval: -1,
		ErrorLog:      nil,
	})
	t.Cleanup(proxy.Close)
	return proxy.URL
}

// threeNodes makes three nodes of one ledger that act as one server. The server's
// folder holds the outbox and inbox that they share.
func threeNodes(t *testing.T, change func(*Options)) (*running, *cluster, []*running) {
	t.Helper()
	c := newCluster(t)
	nodes := []*running{c.serve(change), c.serve(change), c.serve(change)}
	stop := func() (err error) {
		for _, r := range nodes {
			err = errors.Join(err, r.stop())
		}
		return err
	}
	r := &running{t: t, folder: folder.Folder(c.shared), ops: c.ops, stop: stop}
	r.Base = inTurn(t, nodes)
	return r, c, nodes
}

// The same walk over three nodes in turn: what one node answered must hold at once at
// every other node.
func TestARandomWalkOverThreeNodes(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	seed := testseed.Of(t, 2)
	w := newWalk(t, seed)
	r, c, nodes := threeNodes(t, func(o *Options) { o.Log = w.log.logger() })
	w.running = r
	w.walk(120)
	before := w.settle()
	w.end()
	var folders []string
	for _, n := range nodes {
		folders = append(folders, string(n.folder))
		if ok, report := VerifyNode(t, n.folder, c.database.URL(postgrestest.Role, c.name), c.path("outbox")); !ok {
			t.Errorf("seed %d, a node's verify:\n%s", seed, report)
		}
	}
	w.searchNumbers(folders...)
	w.running = c.serve(nil) // with views of its own
	w.sameLists(before)
	if status := w.call(w.ops, http.MethodGet, "/v1/ops/files", nil, nil); status != http.StatusOK {
		t.Errorf("the files are answered %d", status)
	}
	t.Logf("seed %d came to %v", seed, w.done)
}
