package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/beside"
)

// tables is the way to what the database has beside the log.
type tables struct{ store *Store }

// Rows implements beside.Database.
func (t tables) Rows(ctx context.Context, begin func(), each func(beside.Scan) error, sql string, args ...any) error {
	return t.store.query(ctx, func(rows pgx.Rows) error {
		begin()
		for rows.Next() {
			if err := each(rows.Scan); err != nil {
				return err
			}
		}
		return nil
	}, sql, args...)
}

// Exec implements beside.Database, in a transaction of its own. A repetition is
// harmless: when its session breaks, it is repeated.
func (t tables) Exec(ctx context.Context, sql string, args ...any) (changed int64, err error) {
	if t.store.options.ReadOnly {
		return 0, eventstore.ErrReadOnly
	}
	err = t.store.read(ctx, func(c *pgx.Conn) error {
		_ = warning(c)
		tag, err := c.Exec(ctx, sql, args...)
		if err == nil {
			err = warning(c)
		}
		changed = tag.RowsAffected()
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("change the tokens: %w", explain(err))
	}
	return changed, nil
}

// lockTerm keeps another term from beginning before the transaction has ended.
const lockTerm = `SELECT count(*) FROM (SELECT FROM leader WHERE term = $1 FOR SHARE) held`

// Change implements beside.Database, for changes that may be made twice: those
// whose session broke are made again. What a leader changes that was replaced is
// ErrNotLeader: the next one has the progress of webhooks in memory and would not
// notice that messages are forgotten which it put there.
func (t tables) Change(ctx context.Context, statements []beside.Statement) error {
	if t.store.options.ReadOnly {
		return eventstore.ErrReadOnly
	}
	err := t.store.read(ctx, func(c *pgx.Conn) error {
		_ = warning(c)
		var b pgx.Batch
		if term := eventstore.TermOf(ctx); term != 0 {
			b.Queue(lockTerm, term).QueryRow(termLocked)
		}
		for _, s := range statements {
			b.Queue(s.SQL, s.Args...)
		}
		err := pgx.BeginFunc(ctx, c, func(t pgx.Tx) error { return t.SendBatch(ctx, &b).Close() })
		if err == nil {
			err = warning(c)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("record how far a webhook was told: %w", explain(err))
	}
	return nil
}

// termLocked reads the row of lockTerm.
func termLocked(row pgx.Row) error {
	held := 0
	if err := row.Scan(&held); err != nil {
		return err
	}
	if held == 0 {
		return eventstore.ErrNotLeader
	}
	return nil
}
