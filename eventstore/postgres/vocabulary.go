package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/groupcommit"
)

// Nodes are replaced one by one, so nodes of two releases serve one log. An
// event of a type that some running node does not know is refused. Once such an
// event has been written, a program that does not know it can no longer serve
// this log. Both are decided under the append lock: a node is in the table
// before it serves, and the log's vocabulary is written together with the
// event.
const (
	selectVocabulary = `SELECT vocabulary FROM ledger`
	setVocabulary    = `UPDATE ledger SET vocabulary = $1 WHERE vocabulary < $1`
	// selectOldestNode finds the node that knows the fewest event types. A command
	// counts as well: it is a node for a moment.
	selectOldestNode = `SELECT name, release, CASE WHEN told_by = release THEN knows ELSE 0 END AS understood FROM nodes
		WHERE seen > clock_timestamp() - $1::interval ORDER BY understood, name LIMIT 1`
)

func queueVocabulary(b *pgx.Batch, vocabulary *int) {
	queueEach(b, func(row pgx.Rows) error { return row.Scan(vocabulary) }, selectVocabulary)
}

// join adds the node to the table and then checks that it knows all event types
// of the log, under the append lock, so that no append comes in between.
func (s *Store) join(ctx context.Context) error {
	c, err := s.session(ctx, readTime) // a session of its own, because it takes the append lock
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	var vocabulary int
	var b pgx.Batch
	b.Queue(readCommitted)
	b.Queue(takeLock)
	s.queueNode(&b)
	queueVocabulary(&b, &vocabulary)
	if err := commit(ctx, c, &b); err != nil {
		return fmt.Errorf("join the nodes: %w", away(c, err))
	}
	return s.understands(vocabulary)
}

// checkVocabulary is the check of join for a store that is open for reading.
func (s *Store) checkVocabulary(ctx context.Context, c *pgx.Conn) error {
	var vocabulary int
	if err := c.QueryRow(ctx, selectVocabulary).Scan(&vocabulary); err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("read what the log has events of: %w", err)
	}
	return s.understands(vocabulary)
}

// understands refuses a log with events of types that this program does not
// know.
func (s *Store) understands(vocabulary int) error {
	if vocabulary > s.options.Knows {
		return fmt.Errorf("the log has events of a newer release (vocabulary %d, this program knows %d): use a newer achledger", vocabulary, s.options.Knows)
	}
	return nil
}

// newestIn is the newest vocabulary of the events of an append.
func (s *Store) newestIn(a *eventstore.Append) (newest int) {
	for i := range a.Events {
		newest = max(newest, s.options.Introduced(a.Events[i].Type))
	}
	return newest
}

// queueOldestNode looks for the node that knows the fewest event types, if a batch
// has types that are not in the first vocabulary.
func (s *Store) queueOldestNode(b *pgx.Batch, batch *groupcommit.Batch, oldestNode **Node) {
	newest := 0
	for _, r := range batch.Requests {
		for i := range r.Appends {
			newest = max(newest, s.newestIn(&r.Appends[i]))
		}
	}
	if newest == 0 {
		return
	}
	queueEach(b, func(row pgx.Rows) error {
		*oldestNode = &Node{}
		return row.Scan(&(*oldestNode).Name, &(*oldestNode).Release, &(*oldestNode).Knows)
	}, selectOldestNode, awayAfter.String())
}

// notKnown refuses events of types that a running node does not know.
func (s *Store) notKnown(r *groupcommit.Request, oldestNode *Node) error {
	if oldestNode == nil {
		return nil
	}
	for i := range r.Appends {
		for _, e := range r.Appends[i].Events {
			if s.options.Introduced(e.Type) > oldestNode.Knows {
				return &eventstore.NotKnownError{Type: e.Type, Node: oldestNode.Name, Release: oldestNode.Release}
			}
		}
	}
	return nil
}
