package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
)

const (
	selectHead = `SELECT position, hash FROM events ORDER BY position DESC LIMIT 1`
	selectHash = `SELECT hash FROM events WHERE position = $1`
	putNode    = `INSERT INTO nodes(name, release, position, views, seen, serves, keys_dropped, next_master, knows, told_by, vouches, vouched_by)
		VALUES($1, $2, $3, $4, now(), $5, $6, $7, $8, $2, $9, $2)
		ON CONFLICT(name) DO UPDATE SET release = excluded.release, position = excluded.position, views = excluded.views,
			seen = excluded.seen, serves = excluded.serves, keys_dropped = excluded.keys_dropped,
			next_master = excluded.next_master, knows = excluded.knows, told_by = excluded.told_by,
			vouches = excluded.vouches, vouched_by = excluded.vouched_by`
	readCommitted = `BEGIN ISOLATION LEVEL READ COMMITTED`
)

// barrier proves what the log contains: it reads the head and then commits a
// write of this node. See the package's comment. If the log no longer contains
// what was proven before, the store fails.
func (s *Store) barrier(ctx context.Context) error {
	known := s.known()
	var head eventstore.Head
	var hash []byte
	var sent time.Duration
	var vocabulary int
	var identity string
	err := s.read(ctx, func(c *pgx.Conn) error {
		var b pgx.Batch
		head, hash, sent = eventstore.Head{}, nil, SinceBoot()
		b.Queue(readCommitted)
		s.queueNode(&b)
		queueHead(&b, &head)
		queueHash(&b, known.Position, &hash)
		queueVocabulary(&b, &vocabulary)
		b.Queue(selectIdentity).QueryRow(func(row pgx.Row) error { return row.Scan(&identity) })
		return commit(ctx, c, &b)
	})
	if err != nil {
		return fmt.Errorf("prove the head of the log: %w", err)
	}
	if err = known.containedIn(head, hash); err == nil {
		err = s.understands(vocabulary)
	}
	if err != nil {
		s.fail(err)
		return err
	}
	s.confirmedIn.Store(&identity)
	s.moveTo(head, nil)
	s.committed(sent) // last: a node that is fresh must know this head
	return nil
}

// commit runs a batch of statements and COMMIT in one round trip. After an
// error for which isAnswer is true nothing was committed; after any other that
// is unknown.
func commit(ctx context.Context, c *pgx.Conn, b *pgx.Batch) error {
	_ = warning(c) // discard an old warning
	tag := ""
	b.Queue("COMMIT").Query(func(rows pgx.Rows) error {
		rows.Close()
		tag = rows.CommandTag().String()
		return rows.Err()
	})
	if err := c.SendBatch(ctx, b).Close(); err != nil {
		return errors.Join(err, rollback(c, err))
	}
	if tag != "COMMIT" {
		return fmt.Errorf("COMMIT was answered with %s", tag)
	}
	return warning(c)
}

// rollback ends a transaction in which the server refused a statement, so that
// the session can be used again.
func rollback(c *pgx.Conn, cause error) error {
	if _, ok := isAnswer(cause); !ok || c.IsClosed() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), connectTimeout)
	defer cancel()
	_, err := c.Exec(ctx, "ROLLBACK")
	return err
}

// queueNode updates the node's row: that it is running, and the position it
// knows.
func (s *Store) queueNode(b *pgx.Batch) {
	var now Standing
	var confirmedIn string
	standing := s.ownStanding.Load()
	if standing != nil {
		now = (*standing)()
		if in := s.confirmedIn.Load(); in != nil {
			confirmedIn = *in
		}
	}
	b.Queue(putNode, s.options.Node, s.options.Release, s.known().Position, now.Views, standing != nil, now.KeysDropped, now.NextMaster, s.options.Knows, confirmedIn)
}

func queueHead(b *pgx.Batch, head *eventstore.Head) {
	queueEach(b, func(row pgx.Rows) error {
		var hash []byte
		err := row.Scan(&head.Position, &hash)
		copy(head.Hash[:], hash)
		return err
	}, selectHead)
}

func queueHash(b *pgx.Batch, position int64, hash *[]byte) {
	queueEach(b, func(row pgx.Rows) error { return row.Scan(hash) }, selectHash, position)
}

// queueEach queues a query, each of whose rows, if there are any, read reads.
func queueEach(b *pgx.Batch, read func(row pgx.Rows) error, sql string, args ...any) {
	b.Queue(sql, args...).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := read(rows); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// proven is a head that precedes a commit of this node.
type proven struct{ eventstore.Head }

// containedIn returns an error if a log with this head, and this hash at the proven
// position, is not the log that was proven.
func (p proven) containedIn(head eventstore.Head, hash []byte) error {
	switch {
	case p.Position == 0:
		return nil
	case head.Position < p.Position:
		return fmt.Errorf("%w: it ends at position %d and had reached %d", errOtherLog, head.Position, p.Position)
	case string(hash) != string(p.Hash[:]):
		return fmt.Errorf("%w: position %d has another hash than before", errOtherLog, p.Position)
	}
	return nil
}

var errOtherLog = errors.New("the database no longer holds the log that was written to it: it was restored from another time, or a failover lost its end")

// proveUpTo proves what was read up to a position, unless it is proven already.
func (s *Store) proveUpTo(ctx context.Context, position int64) error {
	if s.options.ReadOnly || position <= s.known().Position {
		return nil
	}
	return s.barriers.do(ctx, s.barrier)
}

// Reached implements Store. It reads the database for every client.
func (s *Store) Reached(ctx context.Context, _ string) (int64, error) {
	if err := s.open(ctx); err != nil {
		return 0, err
	}
	if s.options.ReadOnly {
		head, err := s.readHead(ctx)
		return head.Position, err
	}
	if err := s.refreshes.do(ctx, s.refreshHead); err != nil {
		return 0, fmt.Errorf("ask what the log has reached: %w", err)
	}
	return s.known().Position, nil
}

// refreshHead proves the head of the database if this node does not know it yet.
func (s *Store) refreshHead(ctx context.Context) error {
	head, err := s.readHead(ctx)
	if err != nil {
		return err
	}
	return s.proveUpTo(ctx, head.Position)
}

// barrierTime bounds one barrier, so that its callers learn when the database
// cannot be reached.
const barrierTime = 5 * time.Second
