package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Standing is what a node publishes in the table of nodes.
type Standing struct {
	Views       int64  // position of its views
	KeysDropped int64  // position up to which it dropped destroyed keys from its cache
	NextMaster  string // identifies its next master key; empty if it has none
}

// MayContradict reports whether the node may know of events that the database
// with this identity lost: it served until that database took over, and has not
// yet confirmed its log.
func (n Node) MayContradict(identity string) bool {
	return n.Serves && n.ConfirmedIn != "" && n.ConfirmedIn != identity
}

// markNodesAway marks nodes that have been silent for awayAfter. Everything such a node
// knew was committed before this row, so a database that takes over with the row
// has those events as well.
const markNodesAway = `UPDATE nodes SET serves = false WHERE serves AND seen < clock_timestamp() - $1::interval AND (` + selectIdentity + `) = $2`

// MarkAway records which nodes no longer serve, if the database still has this
// identity. After a failover they are not waited for.
func (s *Store) MarkAway(identity string) error {
	return s.change("note which nodes are away", func(b *pgx.Batch) { b.Queue(markNodesAway, awayAfter.String(), identity) })
}

// forgetNodes removes the rows of nodes that were killed long ago: one with a generated
// name never comes back to its row. Nothing reads a row that is older than an hour; a
// node that was paused for longer adds its row again.
func (s *Store) forgetNodes() error {
	return s.change("forget nodes that are gone", func(b *pgx.Batch) {
		b.Queue(`DELETE FROM nodes WHERE seen < clock_timestamp() - interval '1 day'`)
	})
}

// Serve makes the node publish its standing, and that it serves. A command,
// which is a node only for a moment, does not serve.
func (s *Store) Serve(standing func() Standing) { s.ownStanding.Store(&standing) }

// Node is a node as it last published itself.
type Node struct {
	Standing
	Name        string
	Release     string // of its program
	Position    int64  // newest position of the log that it knows to be durable
	Knows       int    // vocabulary of its release
	Behind      bool   // it is running and does not know all event types of this node's release
	ConfirmedIn string // identity of the database whose log it confirmed; empty if its release does not say
	Serves      bool
	Seen        time.Duration
}

// awayAfter is how long a node may publish nothing and still count as running:
// five times as long as it serves without the database.
const awayAfter = 5 * time.Second

// Live reports whether the node serves or may serve.
func (n Node) Live() bool { return n.Serves && n.Seen < awayAfter }

// What an earlier release published under the same name does not count.
const listNodes = `SELECT name, release, position, views, (extract(epoch FROM clock_timestamp() - seen) * 1000000)::bigint, serves,
	CASE WHEN told_by = release THEN keys_dropped ELSE 0 END, CASE WHEN told_by = release THEN next_master ELSE '' END,
	CASE WHEN told_by = release THEN knows ELSE 0 END, CASE WHEN vouched_by = release THEN vouches ELSE '' END
	FROM nodes WHERE seen > clock_timestamp() - interval '1 hour' ORDER BY name`

// Nodes lists the nodes that were seen within the last hour, and how long ago.
func (s *Store) Nodes(ctx context.Context) ([]Node, error) {
	nodes, err := rowsOf(ctx, s, func(row pgx.CollectableRow) (n Node, err error) {
		var ago int64
		err = row.Scan(&n.Name, &n.Release, &n.Position, &n.Views, &ago, &n.Serves, &n.KeysDropped, &n.NextMaster, &n.Knows, &n.ConfirmedIn)
		n.Seen = time.Duration(ago) * time.Microsecond
		n.Behind = n.Live() && n.Knows < s.options.Knows
		return n, err
	}, listNodes)
	if err != nil {
		return nil, fmt.Errorf("list the nodes: %w", err)
	}
	return nodes, nil
}
