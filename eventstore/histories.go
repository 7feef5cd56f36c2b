package eventstore

import (
	"context"
	"database/sql/driver"
	"fmt"
)

// selectHistories finds the events of a type by position and seeks each one's
// stream up to it. CROSS JOIN keeps this order of the loops, and with it the
// order of the rows.
const selectHistories = `SELECT e.position, e.stream, e.version, e.event_id, e.client, e.type, e.data, e.meta,
		e.recorded_at, e.hash, f.version
	FROM events f CROSS JOIN events e ON e.stream = f.stream AND e.version <= f.version
	WHERE f.position BETWEEN ?1 AND ?2 AND f.type = ?3
	ORDER BY f.position, e.version`

// historyWindow is how many positions are read at a time: no read transaction
// lasts long, and none is open while yield works.
const historyWindow = 512

// ReadStreamsOf implements Store. yield may call the store. The slice is
// yield's to keep.
func (s *SQLite) ReadStreamsOf(ctx context.Context, eventType string, first, last int64, yield func([]Recorded) error) error {
	head, err := s.Head(ctx)
	if err != nil {
		return err
	}
	last = min(last, head.Position)
	for from := max(first, 1); from <= last; from += historyWindow {
		histories, err := s.histories(ctx, eventType, from, min(from+historyWindow-1, last))
		if err != nil {
			return fmt.Errorf("read the streams of %s events after position %d: %w", eventType, from-1, err)
		}
		for _, history := range histories {
			if err := yield(history); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *SQLite) histories(ctx context.Context, eventType string, first, last int64) (histories [][]Recorded, err error) {
	var history []Recorded
	err = s.readers.read(ctx, func(c *connection) error {
		return c.query(selectHistories, []driver.Value{first, last, eventType}, func(row []driver.Value) error {
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
