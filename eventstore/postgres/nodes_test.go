package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// A release is replaced node by node: each sees which the others run.
func TestNodesSeeEachOthersRelease(t *testing.T) {
	s, url := fresh(t, postgres.Options{Node: "a", Release: "v1"})
	release := func(of string) string {
		nodes, err := s.Nodes(t.Context())
		must(t, err)
		for _, n := range nodes {
			if n.Name == of {
				return n.Release
			}
		}
		return "none"
	}
	b, err := postgres.Open(t.Context(), postgres.Options{URL: url, Node: "b", Release: "v1"})
	must(t, err)
	if one, other := release("a"), release("b"); one != "v1" || other != "v1" {
		t.Errorf("they run %s and %s", one, other)
	}
	// One that is killed leaves its row to the one that replaces it.
	must(t, b.Close())
	execIn(t, postgrestest.Shared(t), url, `INSERT INTO achledger.nodes(name, release, position, seen) VALUES('b', 'v1', 0, now())`)
	open(t, postgres.Options{URL: url, Node: "b", Release: "v2"})
	if got := release("b"); got != "v2" {
		t.Errorf("the node that was replaced runs %s", got)
	}
}

// A node that was killed leaves its row, and with a generated name nobody takes it over.
func TestTheRowsOfNodesThatAreGoneDoNotAddUp(t *testing.T) {
	_, url := fresh(t, postgres.Options{Node: "a"})
	check := func(sql string) { execIn(t, postgrestest.Shared(t), url, sql) }
	check(`INSERT INTO achledger.nodes(name, position, seen) VALUES('host-1', 0, now() - interval '25 hours'), ('host-2', 0, now() - interval '2 hours')`)
	open(t, postgres.Options{URL: url, Node: "b"})
	check(`DO $$ BEGIN
		IF (SELECT string_agg(name, ' ' ORDER BY name) FROM achledger.nodes) <> 'a b host-2' THEN
			RAISE EXCEPTION 'the nodes are %', (SELECT string_agg(name, ' ' ORDER BY name) FROM achledger.nodes);
		END IF; END $$`)
}

// After a failover or a restore, who served until then says whether the database holds
// what it knew. Who had been away for a while, while the database before was there to
// note it, has nothing to say.
func TestWhoServedUntilThenIsHeard(t *testing.T) {
	s, url := fresh(t, postgres.Options{Node: "a", Release: "v1"})
	identity, err := s.Identity(t.Context())
	must(t, err)
	change := func(sql string) { execIn(t, postgrestest.Shared(t), url, sql) }
	row := func(of string) postgres.Node {
		t.Helper()
		nodes, err := s.Nodes(t.Context())
		must(t, err)
		for _, n := range nodes {
			if n.Name == of {
				return n
			}
		}
		return postgres.Node{}
	}
	open(t, postgres.Options{URL: url, Node: "command", Release: "v1"})
	s.Serve(func() postgres.Standing { return postgres.Standing{} })
	eventually(t, "a node says in which database it found its log", func() bool { return row("a").ConfirmedIn == identity })
	if n := row("command"); n.MayContradict(identity) || n.MayContradict("another") {
		t.Errorf("a command is waited for: %+v", n)
	}
	change(`INSERT INTO achledger.nodes(name, release, position, seen, vouches, vouched_by) VALUES('b', 'v1', 0, now(), 'another', 'v1')`)
	waits := func() bool { return row("b").MayContradict(identity) }
	must(t, s.MarkAway(identity))
	if !waits() || row("b").MayContradict("another") {
		t.Errorf("a node that was there a moment ago: %+v", row("b"))
	}
	change(`UPDATE achledger.nodes SET seen = now() - interval '10 seconds' WHERE name = 'b'`)
	must(t, s.MarkAway("another"))
	if !waits() {
		t.Error("it was let go in another database than the one that it served")
	}
	must(t, s.MarkAway(identity))
	if waits() {
		t.Error("a node that has been away for long is waited for")
	}
	if n := row("a"); !n.Serves {
		t.Error("a node that serves was let go")
	}
	// A release that does not say so leaves what a newer one said.
	change(`UPDATE achledger.nodes SET seen = now(), serves = true, release = 'v0' WHERE name = 'b'`)
	if waits() {
		t.Error("a release is waited for that says nothing")
	}
}

// Three machines that were installed alike may have one name: nodes are waited for and
// believed by their names.
func TestTwoProcessesAreNotOneNode(t *testing.T) {
	s, url := fresh(t, postgres.Options{Node: "a"})
	ctx, stop := context.WithTimeout(t.Context(), time.Second)
	defer stop()
	if second, err := postgres.Open(ctx, postgres.Options{URL: url, Node: "a"}); err == nil {
		second.Close()
		t.Error("a second process runs as node a")
	}
	open(t, postgres.Options{URL: url, Node: "a", ReadOnly: true}) // is no node
	open(t, postgres.Options{URL: url, Node: "b"})
	must(t, s.Close())
	open(t, postgres.Options{URL: url, Node: "a"})
}
