package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sys/unix"

	"github.com/achledger/achledger/eventstore"
)

// freshFor is how long a node may answer from what it knows, from the moment at
// which it sent its last write that was committed. A node that is cut off, or
// whose primary is, cannot know longer that a credential was not revoked.
const freshFor = time.Second

// sinceBoot is a clock that also counts while the machine sleeps.
func sinceBoot() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &t); err != nil {
		return 0 // never on Linux; nothing is fresh then
	}
	return time.Duration(t.Nano())
}

// committed notes that a write that was sent at a time is committed.
func (s *Store) committed(sent time.Duration) {
	for {
		was := s.heard.Load()
		if int64(sent) <= was || s.heard.CompareAndSwap(was, int64(sent)) {
			return
		}
	}
}

// Fresh reports whether this node may answer from what it knows. One that has
// committed nothing for a second tries to, for a second more; then it is ErrAway.
func (s *Store) Fresh(ctx context.Context) error {
	if sinceBoot()-time.Duration(s.heard.Load()) < freshFor {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, freshFor)
	defer cancel()
	if err := s.barriers.do(ctx, s.barrier); err != nil {
		return fmt.Errorf("%w: %w", eventstore.ErrAway, err)
	}
	return nil
}

// Watch has the node tell how far its views are, in the table of nodes.
func (s *Store) Watch(views func() int64) { s.views.Store(&views) }

// viewsAt is how far the views are.
func (s *Store) viewsAt() int64 {
	if views := s.views.Load(); views != nil {
		return (*views)()
	}
	return 0
}

// Node is a node as it said of itself last.
type Node struct {
	Name     string
	Release  string // of its program
	Position int64  // of the log, that it knows to be durable
	Views    int64  // how far its views are
	Seen     time.Duration
}

const listNodes = `SELECT name, release, position, views, (extract(epoch FROM clock_timestamp() - seen) * 1000000)::bigint
	FROM nodes WHERE seen > clock_timestamp() - interval '1 hour' ORDER BY name`

// Nodes lists those that were there within the last hour, and how long ago.
func (s *Store) Nodes(ctx context.Context) (nodes []Node, err error) {
	err = s.query(ctx, func(rows pgx.Rows) (err error) {
		nodes, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (n Node, err error) {
			var ago int64
			err = row.Scan(&n.Name, &n.Release, &n.Position, &n.Views, &ago)
			n.Seen = time.Duration(ago) * time.Microsecond
			return n, err
		})
		return err
	}, listNodes)
	if err != nil {
		return nil, fmt.Errorf("list the nodes: %w", err)
	}
	return nodes, nil
}
