package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

var _ eventstore.Source = (*Store)(nil)

// EachRow implements eventstore.Source.
func (s *Store) EachRow(ctx context.Context, t eventstore.Table, yield func([]any) error) error {
	sql := "SELECT " + strings.Join(t.Columns, ", ") + " FROM " + t.Name
	return s.query(ctx, sql, nil, func(row []driver.Value) error {
		out := make([]any, len(row))
		for i, v := range row {
			if b, ok := v.([]byte); ok {
				v = append([]byte{}, b...)
			}
			out[i] = v
		}
		return yield(out)
	})
}

// Copy is the log of a new folder while it is filled with another log's events.
type Copy struct {
	conn *conn.Conn
	lock *flock.Flock
}

var _ eventstore.Copy = (*Copy)(nil)

// OpenCopy creates an empty log in a folder, or continues one that is not
// completely filled. No other process may write there meanwhile.
func OpenCopy(folder string) (*Copy, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, FileName)
	if err := create(path); err != nil {
		return nil, err
	}
	c := &Copy{}
	if c.lock, err = lockFolder(folder); err != nil {
		return nil, err
	}
	c.conn, err = conn.Open(path, conn.ReadWrite, "page_size = 8192", "journal_mode = WAL", "synchronous = FULL", "cache_size = -65536")
	if err != nil {
		return nil, errors.Join(err, c.lock.Close())
	}
	if err := migrate(c.conn); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// Head implements eventstore.Copy.
func (c *Copy) Head(context.Context) (eventstore.Head, error) {
	row, err := c.conn.Row(selectHead)
	if err != nil {
		return eventstore.Head{}, err
	}
	head, ok := headFrom(row)
	if !ok {
		err = errDamaged
	}
	return head, err
}

// AddEvents implements eventstore.Copy.
func (c *Copy) AddEvents(ctx context.Context, events []eventstore.Recorded) error {
	return c.conn.Transact(ctx, func() error {
		head, err := c.Head(ctx)
		if err != nil {
			return err
		}
		var chain eventstore.Chain
		for i := range events {
			e := &events[i]
			if head, err = chain.Follow(head, e); err != nil {
				return err
			}
			_, err := c.conn.Exec(insertEvent, e.Position, e.Stream, e.Version, e.EventID[:], e.Client, e.Type,
				[]byte(e.Data), []byte(e.Meta), e.RecordedAt.UnixMicro(), e.Hash[:])
			if err != nil {
				return err
			}
		}
		_, err = c.conn.Exec(updateHead, head.Position, head.Hash[:])
		return err
	})
}

// AddRows implements eventstore.Copy.
func (c *Copy) AddRows(ctx context.Context, t eventstore.Table, rows [][]any) error {
	places := make([]string, len(t.Columns))
	for i := range places {
		places[i] = fmt.Sprintf("?%d", i+1)
	}
	sql := "INSERT INTO " + t.Name + "(" + strings.Join(t.Columns, ", ") + ") VALUES(" + strings.Join(places, ", ") + ") ON CONFLICT DO NOTHING"
	return c.conn.Transact(ctx, func() error {
		for _, row := range rows {
			if _, err := c.conn.Exec(sql, values(row)...); err != nil {
				return err
			}
		}
		return nil
	})
}

// Close ends the copy; the added events are in ledger.db.
func (c *Copy) Close() error { return errors.Join(c.conn.Close(), c.lock.Close()) }
