package sqlite

import (
	"context"
	"database/sql/driver"
	"strings"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/beside"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// tables is the way to what the file has beside the log.
type tables struct{ store *Store }

// Rows implements beside.Database.
func (t tables) Rows(ctx context.Context, begin func(), each func(beside.Scan) error, sql string, args ...any) error {
	begin()
	return t.store.query(ctx, numbered(sql), values(args), func(row []driver.Value) error {
		return each(func(into ...any) error {
			conn.Scan(row, into...)
			return nil
		})
	})
}

// Exec implements beside.Database.
func (t tables) Exec(ctx context.Context, sql string, args ...any) (changed int64, err error) {
	err = t.store.beside(ctx, func(c *conn.Conn) (err error) {
		changed, err = c.Exec(numbered(sql), values(args)...)
		return err
	})
	return changed, err
}

// Change implements beside.Database.
func (t tables) Change(ctx context.Context, statements []beside.Statement) error {
	return t.store.beside(ctx, func(c *conn.Conn) error {
		for _, s := range statements {
			if _, err := c.Exec(numbered(s.SQL), values(s.Args)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// beside makes the writer run f in its next transaction.
func (s *Store) beside(ctx context.Context, f func(*conn.Conn) error) error {
	if s.options.ReadOnly {
		return eventstore.ErrReadOnly
	}
	return s.queue.Do(ctx, f)
}

// numbered is a statement with its arguments as ?1, ?2: SQLite would number $1
// and $2 in the order in which they come.
func numbered(sql string) string { return strings.ReplaceAll(sql, "$", "?") }

// values are arguments as the driver takes them.
func values(args []any) []driver.Value {
	list := make([]driver.Value, len(args))
	for i, v := range args {
		if n, ok := v.(int); ok {
			v = int64(n)
		}
		list[i] = v
	}
	return list
}
