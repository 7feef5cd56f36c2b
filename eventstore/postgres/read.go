package postgres

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
)

const (
	selectStream = `SELECT ` + columns + ` FROM events WHERE stream = $1 AND version > $2 ORDER BY version`

	// selectStreams seeks each stream; the inner ORDER BY keeps this order of
	// the loops.
	selectStreams = `SELECT e.* FROM unnest($1::text[]) s(stream) CROSS JOIN LATERAL
		(SELECT ` + columns + ` FROM events WHERE stream = s.stream COLLATE "C" ORDER BY version) e`

	// selectAll ends a page after 16 MiB of data and meta, whose lengths can be
	// read without their content.
	selectAll = `SELECT ` + columns + ` FROM (
		SELECT *, sum(octet_length(data) + octet_length(meta)) OVER (ORDER BY position)
			- octet_length(data) - octet_length(meta) AS before
		FROM (SELECT * FROM events WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3) page
	) sized WHERE before < 16777216 ORDER BY position`

	// selectHistories finds the events of a type by position and seeks each
	// one's stream up to it; the inner ORDER BY keeps this order of the loops.
	selectHistories = `SELECT e.position, e.stream, e.version, e.event_id, e.client, e.type, e.data, e.meta,
			e.recorded_at, e.hash, f.version
		FROM (SELECT position, stream, version FROM events WHERE position BETWEEN $1 AND $2 AND type = $3 COLLATE "C" ORDER BY position) f
		CROSS JOIN LATERAL (SELECT * FROM events WHERE stream = f.stream AND version <= f.version ORDER BY version) e
		ORDER BY f.position, e.version`
)

// query runs a statement of one round trip with a session of the pool and
// passes its rows to take. If the session was broken, take is called again from
// the first row.
func (s *Store) query(ctx context.Context, take func(pgx.Rows) error, sql string, args ...any) error {
	return s.read(ctx, func(c *pgx.Conn) error {
		rows, err := c.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		if err := take(rows); err != nil {
			return err
		}
		return rows.Err()
	})
}

// rowsOf is query for rows that are collected, from the first again if the
// session was broken.
func rowsOf[T any](ctx context.Context, s *Store, scan pgx.RowToFunc[T], sql string, args ...any) (list []T, err error) {
	err = s.query(ctx, func(rows pgx.Rows) (err error) {
		list, err = pgx.CollectRows(rows, scan)
		return err
	}, sql, args...)
	return list, err
}

// events runs a query for events and proves the newest of them.
func (s *Store) events(ctx context.Context, sql string, args ...any) (events []eventstore.Recorded, err error) {
	err = s.query(ctx, func(rows pgx.Rows) (err error) {
		events, err = collect(rows)
		return err
	}, sql, args...)
	newest := int64(0)
	for _, e := range events {
		newest = max(newest, e.Position)
	}
	if err == nil && newest > 0 {
		err = s.proveUpTo(ctx, newest)
	}
	if err != nil {
		return nil, err
	}
	return events, nil
}

// possible reports whether a name can occur in the log; the database refuses to
// search for others.
func possible(name string) bool {
	return utf8.ValidString(name) && !strings.ContainsRune(name, 0)
}

// ReadStream implements Store.
func (s *Store) ReadStream(ctx context.Context, stream string, after int64) ([]eventstore.Recorded, error) {
	if !possible(stream) {
		return nil, s.open(ctx)
	}
	events, err := s.events(ctx, selectStream, stream, after)
	if err != nil {
		return nil, fmt.Errorf("read stream %s: %w", stream, err)
	}
	return events, nil
}

// ReadStreams implements Store.
func (s *Store) ReadStreams(ctx context.Context, streams []string) (map[string][]eventstore.Recorded, error) {
	names := slices.DeleteFunc(slices.Sorted(slices.Values(streams)), func(name string) bool { return !possible(name) })
	all, err := s.events(ctx, selectStreams, slices.Compact(names))
	if err != nil {
		return nil, fmt.Errorf("read %d streams: %w", len(streams), err)
	}
	events := make(map[string][]eventstore.Recorded, len(names))
	for _, e := range all {
		events[e.Stream] = append(events[e.Stream], e)
	}
	return events, nil
}

// ReadAll implements Store. It reads up to this node's proven head.
func (s *Store) ReadAll(ctx context.Context, after int64, limit int) ([]eventstore.Recorded, error) {
	upTo := s.known().Position
	if s.options.ReadOnly {
		upTo = math.MaxInt64
	}
	if limit <= 0 || after >= upTo {
		return nil, s.open(ctx)
	}
	if events, ok := s.tail.After(after, limit, upTo); ok {
		return events, s.open(ctx)
	}
	events, err := s.events(ctx, selectAll, max(after, 0), upTo, limit)
	if err != nil {
		return nil, fmt.Errorf("read the log after position %d: %w", after, err)
	}
	if !s.options.ReadOnly {
		s.tail.Extend(events)
	}
	return events, nil
}

// ReadHistories implements Store. Yield may keep the slice.
func (s *Store) ReadHistories(ctx context.Context, eventType string, first, last int64, yield func([]eventstore.Recorded) error) error {
	if !possible(eventType) {
		return s.open(ctx)
	}
	return eventstore.EachHistory(ctx, s, eventType, first, last, s.histories, yield)
}

func (s *Store) histories(ctx context.Context, eventType string, first, last int64) (histories [][]eventstore.Recorded, err error) {
	err = s.query(ctx, func(rows pgx.Rows) error {
		histories = nil
		var history []eventstore.Recorded
		for rows.Next() {
			var until int64
			e, err := scan(rows, &until)
			if err != nil {
				return err
			}
			if history = append(history, e); e.Version == until {
				histories, history = append(histories, history), nil
			}
		}
		return nil
	}, selectHistories, first, last, eventType)
	return histories, err
}

// Versions implements Store.
func (s *Store) Versions(ctx context.Context, streams []string) (map[string]int64, error) {
	versions := make(map[string]int64, len(streams))
	var names []string
	for _, stream := range streams {
		if _, seen := versions[stream]; !seen && possible(stream) {
			names = append(names, stream)
		}
		versions[stream] = 0
	}
	newest := int64(0)
	err := s.query(ctx, func(rows pgx.Rows) error {
		for rows.Next() {
			var stream string
			var version, position int64
			if err := rows.Scan(&stream, &version, &position); err != nil {
				return err
			}
			versions[stream], newest = version, max(newest, position)
		}
		return nil
	}, selectVersions, names)
	if err == nil {
		err = s.proveUpTo(ctx, newest)
	}
	if err != nil {
		return nil, fmt.Errorf("read the versions of %d streams: %w", len(streams), err)
	}
	return versions, nil
}

// Key implements Store.
func (s *Store) Key(ctx context.Context, key eventstore.IdempotencyKey) (use eventstore.KeyUse, ok bool, err error) {
	if !possible(key.Client) || !possible(key.Scope) || !possible(key.Key) {
		return use, false, s.open(ctx)
	}
	err = s.query(ctx, func(rows pgx.Rows) (err error) {
		if ok = rows.Next(); ok {
			_, use, err = scanKey(rows)
		}
		return err
	}, selectKeys, []string{key.Client}, []string{key.Scope}, []string{key.Key})
	if err == nil && ok {
		err = s.proveUpTo(ctx, use.Last)
	}
	if err != nil {
		return eventstore.KeyUse{}, false, fmt.Errorf("read an idempotency key: %w", err)
	}
	return use, ok, nil
}

// Head implements Store. A store that is open for reading can prove nothing and
// reads the database.
func (s *Store) Head(ctx context.Context) (eventstore.Head, error) {
	if s.options.ReadOnly {
		return s.readHead(ctx)
	}
	return s.known().Head, ctx.Err()
}

func (s *Store) readHead(ctx context.Context) (head eventstore.Head, err error) {
	err = s.query(ctx, func(rows pgx.Rows) error {
		head = eventstore.Head{}
		for rows.Next() {
			var hash []byte
			if err := rows.Scan(&head.Position, &hash); err != nil {
				return err
			}
			if copy(head.Hash[:], hash) != len(head.Hash) {
				return errors.New("the newest event of the log has no hash")
			}
		}
		return nil
	}, selectHead)
	if err != nil {
		return eventstore.Head{}, fmt.Errorf("read the head: %w", err)
	}
	return head, nil
}
