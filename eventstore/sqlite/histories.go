package sqlite

import (
	"context"
	"database/sql/driver"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// selectHistories finds the events of a type by position and seeks each one's
// stream up to it. CROSS JOIN keeps this order of the loops, and with it the
// order of the rows.
const selectHistories = `SELECT e.position, e.stream, e.version, e.event_id, e.client, e.type, e.data, e.meta,
		e.recorded_at, e.hash, f.version
	FROM events f CROSS JOIN events e ON e.stream = f.stream AND e.version <= f.version
	WHERE f.position BETWEEN ?1 AND ?2 AND f.type = ?3
	ORDER BY f.position, e.version`

// ReadHistories implements Store. Yield may keep the slice.
func (s *Store) ReadHistories(ctx context.Context, eventType string, first, last int64, yield func([]eventstore.Recorded) error) error {
	return eventstore.EachHistory(ctx, s, eventType, first, last, s.histories, yield)
}

func (s *Store) histories(ctx context.Context, eventType string, first, last int64) (histories [][]eventstore.Recorded, err error) {
	var history []eventstore.Recorded
	err = s.readers.Use(ctx, func(c *conn.Conn) error {
		return c.Query(ctx, selectHistories, []driver.Value{first, last, eventType}, func(row []driver.Value) error {
			e, err := recorded(row)
			if err != nil {
				return err
			}
			history = append(history, e)
			if e.Version == row[10].(int64) {
				histories, history = append(histories, history), nil
			}
			return ctx.Err()
		})
	})
	return histories, err
}
