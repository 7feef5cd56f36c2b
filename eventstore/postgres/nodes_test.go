package postgres_test

import (
	"testing"

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
