package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"

	"github.com/achledger/achledger/eventstore"
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
// lasts long.
const historyWindow = 512

// ReadHistories implements Store. The slice is yield's to keep. The next
// window is read while yield works on the one before.
func (s *Store) ReadHistories(ctx context.Context, eventType string, first, last int64, yield func([]eventstore.Recorded) error) error {
	head, err := s.Head(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	windows, ended := make(chan [][]eventstore.Recorded, 1), make(chan error, 1)
	go func() {
		defer close(windows)
		ended <- s.eachWindow(ctx, eventType, max(first, 1), min(last, head.Position), windows)
	}()
	for histories := range windows {
		for _, history := range histories {
			if err := yield(history); err != nil {
				cancel()
				<-ended
				return err
			}
		}
	}
	cancel()
	return <-ended
}

// eachWindow sends the histories of the events of a type in [from, last].
func (s *Store) eachWindow(ctx context.Context, eventType string, from, last int64, to chan<- [][]eventstore.Recorded) error {
	for ; from <= last; from += historyWindow {
		histories, err := s.histories(ctx, eventType, from, min(from+historyWindow-1, last))
		if err != nil {
			return fmt.Errorf("read the streams of %s events after position %d: %w", eventType, from-1, err)
		}
		select {
		case to <- histories:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (s *Store) histories(ctx context.Context, eventType string, first, last int64) (histories [][]eventstore.Recorded, err error) {
	var history []eventstore.Recorded
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
