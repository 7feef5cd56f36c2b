package postgres_test

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/postgres"
	"github.com/achledger/achledger/eventstore/postgres/postgrestest"
)

// story is an append of n events.
func story(stream string, expect int64, n int) eventstore.Append {
	a := eventstore.Append{Stream: stream, Client: "c1", Expect: expect}
	for i := range n {
		a.Events = append(a.Events, eventstore.New{Type: "story.told", Data: fmt.Appendf(nil, `{"n":%d}`, i)})
	}
	return a
}

func keyed(a eventstore.Append, key string) eventstore.Append {
	a.Idempotency = &eventstore.IdempotencyKey{Client: a.Client, Scope: "POST /", Key: key}
	a.RequestHash = []byte(key)
	return a
}

func tell(t *testing.T, s eventstore.Store, stream string, expect int64, n int) eventstore.Result {
	t.Helper()
	result, err := s.Append(context.Background(), story(stream, expect, n))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// whole reads the log from beginning to end and proves that it has no gap and
// that its chain holds.
func whole(t *testing.T, s eventstore.Store) (events []eventstore.Recorded) {
	t.Helper()
	last, err := s.Reached(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	var before eventstore.Recorded
	versions := map[string]int64{}
	err = eventstore.Scan(context.Background(), s, 0, last, func(e *eventstore.Recorded) {
		versions[e.Stream]++
		if e.Position != before.Position+1 || e.Version != versions[e.Stream] || e.Hash != e.ChainHash(before.Hash) ||
			e.RecordedAt.Before(before.RecordedAt) || string(e.EventID[:]) <= string(before.EventID[:]) {
			t.Errorf("position %d does not follow %d", e.Position, before.Position)
		}
		before = *e
		events = append(events, *e)
	})
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// fresh is an empty log, and its URL for further nodes.
func fresh(t *testing.T, o postgres.Options) (*postgres.Store, string) {
	t.Helper()
	o.URL, _ = postgrestest.Ledger(t)
	return open(t, o), o.URL
}

// execIn runs a statement in the database of a URL as the owner.
func execIn(t *testing.T, c *postgrestest.Cluster, of, sql string, args ...any) {
	t.Helper()
	u, err := url.Parse(of)
	if err != nil {
		t.Fatal(err)
	}
	c.Exec(t, path.Base(u.Path), sql, args...)
}
