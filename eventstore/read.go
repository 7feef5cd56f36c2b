package eventstore

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// columns of an event, in the order in which recorded reads them.
const columns = `position, stream, version, event_id, client, type, data, meta, recorded_at, hash`

// maxPageBytes ends a page of ReadAll early, to bound its memory.
const maxPageBytes = 16 << 20

const (
	selectStream = `SELECT ` + columns + ` FROM events WHERE stream = ?1 AND version > ?2 ORDER BY version`
	selectAll    = `SELECT ` + columns + ` FROM events WHERE position > ?1 ORDER BY position LIMIT ?2`
	selectHead   = `SELECT position, hash FROM head`
	// selectVersions seeks each stream's newest version in the index, however
	// long the stream is.
	selectVersions = `SELECT value, (SELECT max(version) FROM events WHERE stream = value) FROM json_each(?1)`
)

// ReadStream implements Store.
func (s *SQLite) ReadStream(ctx context.Context, stream string, after int64) (events []Recorded, err error) {
	err = s.readers.read(ctx, func(c *connection) error {
		return c.query(selectStream, []driver.Value{stream, after}, func(row []driver.Value) error {
			e, err := recorded(row)
			if err != nil {
				return err
			}
			events = append(events, e)
			return ctx.Err()
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", stream, err)
	}
	return events, nil
}

// ReadAll implements Store.
func (s *SQLite) ReadAll(ctx context.Context, after int64, limit int) (events []Recorded, err error) {
	if limit <= 0 {
		return nil, nil
	}
	bytes := 0
	err = s.readers.read(ctx, func(c *connection) error {
		return c.query(selectAll, []driver.Value{after, int64(limit)}, func(row []driver.Value) error {
			e, err := recorded(row)
			if err != nil {
				return err
			}
			events = append(events, e)
			if bytes += len(e.Data) + len(e.Meta); bytes >= maxPageBytes {
				return errStop
			}
			return ctx.Err()
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the log after position %d: %w", after, err)
	}
	return events, nil
}

// Versions implements Store.
func (s *SQLite) Versions(ctx context.Context, streams []string) (map[string]int64, error) {
	names, err := json.Marshal(streams)
	if err != nil {
		return nil, err
	}
	versions := make(map[string]int64, len(streams))
	for _, stream := range streams {
		versions[stream] = 0
	}
	err = s.readers.read(ctx, func(c *connection) error {
		return c.query(selectVersions, []driver.Value{string(names)}, func(row []driver.Value) error {
			if row[1] != nil {
				versions[row[0].(string)] = row[1].(int64)
			}
			return ctx.Err()
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the versions of %d streams: %w", len(streams), err)
	}
	return versions, nil
}

// Key implements Store.
func (s *SQLite) Key(ctx context.Context, key IdempotencyKey) (use KeyUse, ok bool, err error) {
	err = s.readers.read(ctx, func(c *connection) error {
		row, err := c.row(selectKey, key.Client, key.Scope, key.Key)
		if err == nil && row != nil {
			use, ok = keyUse(row), true
		}
		return err
	})
	if err != nil {
		return KeyUse{}, false, fmt.Errorf("read an idempotency key: %w", err)
	}
	return use, ok, nil
}

// Head implements Store.
func (s *SQLite) Head(ctx context.Context) (Head, error) {
	if head := s.head.Load(); head != nil {
		return *head, ctx.Err()
	}
	return s.readHead(ctx)
}

func (s *SQLite) readHead(ctx context.Context) (head Head, err error) {
	err = s.readers.read(ctx, func(c *connection) error {
		row, err := c.row(selectHead)
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
		return Head{}, fmt.Errorf("read the head: %w", err)
	}
	return head, nil
}

// headFrom reads a position and a hash, if they are there.
func headFrom(row []driver.Value) (h Head, ok bool) {
	if len(row) < 2 {
		return Head{}, false
	}
	var hash []byte
	ok = value(row[0], &h.Position) && value(row[1], &hash) && copy(h.Hash[:], hash) == len(h.Hash)
	return h, ok
}

// errDamaged: a row has the wrong shape, which the schema does not allow.
var errDamaged = errors.New("the log is damaged")

// recorded reads a row of columns.
func recorded(row []driver.Value) (e Recorded, err error) {
	var at int64
	var id, data, meta, hash []byte
	ok := value(row[0], &e.Position) && value(row[1], &e.Stream) && value(row[2], &e.Version) &&
		value(row[3], &id) && value(row[4], &e.Client) && value(row[5], &e.Type) &&
		value(row[6], &data) && value(row[7], &meta) && value(row[8], &at) && value(row[9], &hash)
	if !ok || copy(e.EventID[:], id) != len(e.EventID) || copy(e.Hash[:], hash) != len(e.Hash) {
		return e, fmt.Errorf("%w at position %v", errDamaged, row[0])
	}
	e.Data, e.Meta, e.RecordedAt = data, meta, time.UnixMicro(at).UTC()
	return e, nil
}

// value reads one column.
func value[T any](from driver.Value, to *T) (ok bool) {
	*to, ok = from.(T)
	return ok
}
