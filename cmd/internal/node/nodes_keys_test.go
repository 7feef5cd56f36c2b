package node

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/workers"
)

// opens reports what a node answers to something sealed for a client.
func (r *running) opens(client string, sealed []byte) error {
	_, err := r.server.Keys.Open(client, sealed, "test")
	return err
}

func TestDestroyedKeysAreForgottenByEveryNodeThatRuns(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	nodes := []*running{c.serve(nil), c.serve(nil), c.serve(nil)}
	lead, others := leader(t, nodes)
	one, _ := lead.client("Harbor Gym")
	two, _ := others[0].client("Harbor Spa")
	sealed := map[string][]byte{}
	for _, id := range []string{one, two} {
		var err error
		sealed[id], err = lead.server.Keys.Seal(id, []byte("number"), "test")
		must(t, err)
		for _, r := range nodes {
			must(t, r.opens(id, sealed[id])) // each has the keys in memory
		}
	}
	var done workers.Erased
	must(t, others[1].command("keys/destroy", Destruction{Client: one}, &done))
	for _, r := range nodes {
		if err := r.opens(one, sealed[one]); !errors.Is(err, seal.ErrDestroyed) {
			t.Errorf("it was answered, and a node still opens what was sealed: %v", err)
		}
	}
	if len(done.Left) != 0 {
		t.Errorf("it says that there is left: %q", done.Left)
	}

	// A node that is suspended is named, and so is one of a release that does not
	// report which keys it has forgotten.
	still := others[1]
	still.server.sharedKeys.mu.Lock()
	must(t, still.opens(two, sealed[two]))
	c.database.Exec(t, c.name, `INSERT INTO achledger.nodes(name, release, position, seen) VALUES('elder', 'v0', 0, now() + interval '1 hour')`)
	lead.server.sharedKeys.within = 2 * time.Second
	ctx, here := lead.server.here(control.AsOwner(t.Context()))
	if !here {
		t.Fatal("another node leads by now")
	}
	done, err := lead.server.DestroyKeys(ctx, Destruction{Client: two})
	must(t, err)
	left := strings.Join(done.Left, "\n")
	if len(done.Left) != 2 || !strings.Contains(left, still.server.options.Database.Node) || !strings.Contains(left, "elder (release v0)") {
		t.Errorf("it names %q", left)
	}
	must(t, still.opens(two, sealed[two]))
	// When the suspended node continues, it forgets the keys before it answers.
	still.server.sharedKeys.mu.Unlock()
	if err := still.server.fresh(t.Context()); err != nil || still.opens(two, sealed[two]) == nil {
		t.Errorf("it served (%v), and still opens what was sealed", err)
	}
}

// A node uses the keys that it has in memory for one second at most before it checks
// again whether they were destroyed.
func TestKeysInMemoryAreUsedForASecondWithoutALook(t *testing.T) {
	c := newCluster(t)
	r := c.serve(nil)
	id, _ := r.client("Harbor Gym")
	sealed, err := r.server.Keys.Seal(id, []byte("number"), "test")
	must(t, err)
	ring, err := seal.OpenWith(c.node().Keys(), "", r.server.Store.(*postgres.Store).Wraps())
	must(t, err)
	opens := func() error {
		_, err := ring.Open(id, sealed, "test")
		return err
	}
	must(t, opens())
	k := sharedKeys{store: r.server.Store, ring: ring, log: quietLog, at: postgres.SinceBoot(), reload: r.server.reload}
	k.dropped.Store(r.head())
	must(t, r.command("keys/destroy", Destruction{Client: id}, &workers.Erased{}))
	must(t, opens()) // this keyring has not checked yet
	k.at = postgres.SinceBoot() - 2*keysLevelFor
	must(t, k.level(t.Context()))
	if err := opens(); !errors.Is(err, seal.ErrDestroyed) {
		t.Errorf("it serves with destroyed keys: %v", err)
	}
}

// Between the moment at which a starting node reads the switch and its first request
// the ledger may be moved elsewhere.
func TestTheFirstRequestOfANodeReadsWhatWasChangedWhileItStarted(t *testing.T) {
	c := newCluster(t)
	r := c.serve(nil)
	var k sharedKeys
	k.begin(r.server)
	read := false
	k.reload = func(context.Context) error {
		read = true
		return nil
	}
	must(t, k.level(t.Context()))
	if !read {
		t.Error("it serves by what it read when it started")
	}
}

// A database that does not answer must not be waited for once for each request.
func TestRequestsDoNotWaitInLineForALookThatHangs(t *testing.T) {
	asked, answer := make(chan struct{}, 2), make(chan struct{})
	k := &sharedKeys{reload: func(context.Context) error {
		asked <- struct{}{}
		<-answer
		return errors.New("no answer")
	}}
	first, second := make(chan error, 1), make(chan error, 1)
	go func() { first <- k.level(context.Background()) }()
	<-asked
	left, leave := context.WithCancel(t.Context())
	leave()
	go func() { second <- k.level(left) }()
	select {
	case err := <-second:
		if !errors.Is(err, eventstore.ErrAway) {
			t.Errorf("it is told %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("a request whose caller has left waits for the look of another one")
	}
	close(answer)
	if err := <-first; !errors.Is(err, eventstore.ErrAway) {
		t.Errorf("the first is told %v", err)
	}
}
