package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

const (
	selectIndex = `SELECT stream, version, position FROM events INDEXED BY events_stream_version
		WHERE (stream, version) > (?1, ?2) ORDER BY stream, version LIMIT 4096`

	selectLostKeys = `SELECT k.client, k.scope, k.key, k.first, k.last FROM idempotency k
		LEFT JOIN events f ON f.position = k.first LEFT JOIN events l ON l.position = k.last
		WHERE f.recorded_at IS NOT k.at OR l.recorded_at IS NOT k.at OR k.first > k.last`

	selectTriggers = `SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = 'events'
		AND name IN ('events_are_never_changed', 'events_are_never_deleted')`
)

// streams walks the index of streams and checks that versions start at 1
// without gaps, in the order of positions.
func (v *verification) streams(ctx context.Context) error {
	var before eventstore.Place
	var walked int64
	for {
		page, err := v.index(ctx, before)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, p := range page {
			if p.Position <= v.last {
				walked++
				v.report.VerifyVersion(before, p)
			}
			before = p
		}
		v.advance(v.last + min(walked, v.last))
	}
	if walked != v.report.Events {
		v.report.Add(0, "", "the index of streams holds %d events and the log %d", walked, v.report.Events)
	}
	return nil
}

func (v *verification) index(ctx context.Context, after eventstore.Place) (page []eventstore.Place, err error) {
	err = v.store.query(ctx, selectIndex, []driver.Value{after.Stream, after.Version}, func(row []driver.Value) error {
		var p eventstore.Place
		if !value(row[0], &p.Stream) || !value(row[1], &p.Version) || !value(row[2], &p.Position) {
			return fmt.Errorf("%w: the index of streams", errDamaged)
		}
		page = append(page, p)
		return nil
	})
	return page, err
}

// keys checks that every idempotency key refers to events recorded when it was
// used.
func (v *verification) keys(ctx context.Context) error {
	return v.store.query(ctx, selectLostKeys, nil, func(row []driver.Value) error {
		v.report.Add(0, "", "idempotency key %q of client %v for %v names positions %v to %v, which do not match it",
			row[2], row[0], row[1], row[3], row[4])
		return nil
	})
}

// file looks for missing triggers and has SQLite check its pages and indexes.
// The check is one long read, which stops when ctx ends.
func (v *verification) file(ctx context.Context) error {
	return v.store.readers.Use(ctx, func(c *conn.Conn) error {
		row, err := c.Row(selectTriggers)
		if err != nil {
			return err
		}
		if row[0].(int64) != 2 {
			v.report.Add(0, "", "the triggers that refuse to change or delete events are missing")
		}
		rows, err := c.SQLite().QueryContext(ctx, "PRAGMA integrity_check(100)", nil)
		if err != nil {
			return err
		}
		line := make([]driver.Value, 1)
		for err = rows.Next(line); err == nil; err = rows.Next(line) {
			if line[0] != "ok" {
				v.report.Add(0, "", "SQLite finds damage: %v", line[0])
			}
		}
		if closed := rows.Close(); err == io.EOF {
			return closed
		} else {
			return errors.Join(err, closed)
		}
	})
}
