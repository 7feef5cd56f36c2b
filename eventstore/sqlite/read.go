package sqlite

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

const (
	selectStream  = `SELECT ` + columns + ` FROM events WHERE stream = ?1 AND version > ?2 ORDER BY version`
	selectStreams = `SELECT ` + columns + ` FROM events WHERE stream IN (SELECT value FROM json_each(?1)) ORDER BY stream, version`
	selectAll     = `SELECT ` + columns + ` FROM events WHERE position > ?1 ORDER BY position LIMIT ?2`
	selectHead    = `SELECT position, hash FROM head`
	// selectVersions seeks each stream's newest version in the index, whatever
	// the length of the stream.
	selectVersions = `SELECT value, (SELECT max(version) FROM events WHERE stream = value) FROM json_each(?1)`
)

// query calls each with every row of a query, until ctx ends.
func (s *Store) query(ctx context.Context, sql string, args []driver.Value, each func([]driver.Value) error) error {
	return s.readers.Use(ctx, func(c *conn.Conn) error { return c.Query(ctx, sql, args, each) })
}

// rows calls each with every row of a query, or with the first of them once they
// take enough bytes; see conn.Runs.
func (s *Store) rows(ctx context.Context, query *conn.Runs, enough int, each func(*conn.Results) error) error {
	return s.readers.Use(ctx, func(c *conn.Conn) error { return query.Read(c, enough, each) })
}

// events is rows for the columns of events.
func (s *Store) events(ctx context.Context, query *conn.Runs, enough int) (events []eventstore.Recorded, err error) {
	var e eventstore.Recorded
	err = s.rows(ctx, query, enough, func(row *conn.Results) (err error) {
		e, err = recorded(row, e)
		events = append(events, e)
		return err
	})
	return events, err
}

// ReadStream implements Store.
func (s *Store) ReadStream(ctx context.Context, stream string, after int64) (events []eventstore.Recorded, err error) {
	events, err = s.events(ctx, conn.NewRuns(selectStream).Next().Text(stream).Int(after), conn.All)
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", stream, err)
	}
	return events, nil
}

// ReadStreams implements Store.
func (s *Store) ReadStreams(ctx context.Context, streams []string) (map[string][]eventstore.Recorded, error) {
	names, err := json.Marshal(streams)
	if err != nil {
		return nil, err
	}
	events, err := s.events(ctx, conn.NewRuns(selectStreams).Next().Text(string(names)), conn.All)
	if err != nil {
		return nil, fmt.Errorf("read %d streams: %w", len(streams), err)
	}
	of := make(map[string][]eventstore.Recorded, len(streams))
	for _, e := range events {
		of[e.Stream] = append(of[e.Stream], e)
	}
	return of, nil
}

// ReadAll implements Store.
func (s *Store) ReadAll(ctx context.Context, after int64, limit int) (events []eventstore.Recorded, err error) {
	if limit <= 0 {
		return nil, nil
	}
	if head := s.head.Load(); head != nil {
		if after >= head.Position {
			return nil, s.readers.Err(ctx)
		}
		if events, ok := s.tail.After(after, limit, head.Position); ok {
			return events, s.readers.Err(ctx)
		}
	}
	events, err = s.events(ctx, conn.NewRuns(selectAll).Next().Int(after).Int(int64(limit)), eventstore.MaxPageBytes)
	if err != nil {
		return nil, fmt.Errorf("read the log after position %d: %w", after, err)
	}
	return events, nil
}

// Versions implements Store.
func (s *Store) Versions(ctx context.Context, streams []string) (map[string]int64, error) {
	names, err := json.Marshal(streams)
	if err != nil {
		return nil, err
	}
	versions := make(map[string]int64, len(streams))
	for _, stream := range streams {
		versions[stream] = 0
	}
	err = s.query(ctx, selectVersions, []driver.Value{string(names)}, func(row []driver.Value) error {
		if row[1] != nil {
			versions[row[0].(string)] = row[1].(int64)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the versions of %d streams: %w", len(streams), err)
	}
	return versions, nil
}

// Key implements Store.
func (s *Store) Key(ctx context.Context, key eventstore.IdempotencyKey) (use eventstore.KeyUse, ok bool, err error) {
	err = s.readers.Use(ctx, func(c *conn.Conn) error {
		row, err := c.Row(selectKey, key.Client, key.Scope, key.Key)
		if err == nil && row != nil {
			use, ok = keyUse(row), true
		}
		return err
	})
	if err != nil {
		return eventstore.KeyUse{}, false, fmt.Errorf("read an idempotency key: %w", err)
	}
	return use, ok, nil
}

// Head implements Store.
func (s *Store) Head(ctx context.Context) (eventstore.Head, error) {
	if head := s.head.Load(); head != nil {
		return *head, ctx.Err()
	}
	return s.readHead(ctx)
}

func (s *Store) readHead(ctx context.Context) (head eventstore.Head, err error) {
	err = s.readers.Use(ctx, func(c *conn.Conn) error {
		row, err := c.Row(selectHead)
		if err != nil {
			return err
		}
		var ok bool
		if head, ok = headFrom(row); !ok {
			return fmt.Errorf("%w: it has no head", errDamaged)
		}
		return nil
	})
	if err != nil {
		return eventstore.Head{}, fmt.Errorf("read the head: %w", err)
	}
	return head, nil
}
