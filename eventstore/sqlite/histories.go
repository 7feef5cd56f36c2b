package sqlite

import (
	"context"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// selectHistories finds the events of a type by position and seeks what came
// before each of them in its stream, which it returns beside the event: a row
// for each earlier event, or one row for an event that began its stream. The
// entries of most files have one earlier event, and a row for both costs less
// than a row for each. LEFT JOIN keeps this order of the loops, and with it the
// order of the rows.
const selectHistories = `SELECT f.position, f.stream, f.version, f.event_id, f.client, f.type, f.data, f.meta,
		f.recorded_at, f.hash,
		e.position, f.stream, e.version, e.event_id, e.client, e.type, e.data, e.meta, e.recorded_at, e.hash
	FROM events f LEFT JOIN events e ON e.stream = f.stream AND e.version < f.version
	WHERE f.position BETWEEN ?1 AND ?2 AND f.type = ?3
	ORDER BY f.position, e.version`

// ReadHistories implements Store. Yield may keep the slice.
func (s *Store) ReadHistories(ctx context.Context, eventType string, first, last int64, yield func([]eventstore.Recorded) error) error {
	return eventstore.EachHistory(ctx, s, eventType, first, last, s.histories, yield)
}

func (s *Store) histories(ctx context.Context, eventType string, first, last int64) (histories [][]eventstore.Recorded, err error) {
	var h openHistory
	var event, earlier eventstore.Recorded
	query := conn.NewRuns(selectHistories).Next().Int(first).Int(last).Text(eventType)
	err = s.rows(ctx, query, conn.All, func(row *conn.Results) (err error) {
		if event, err = recorded(row, event); err != nil {
			return err
		}
		if event.Position != h.last.Position {
			histories = h.end(histories)
			h.last = event
		}
		earlier, err = h.add(row, earlier)
		return err
	})
	return h.end(histories), err
}

// openHistory is what rows of selectHistories have of one event so far.
type openHistory struct {
	before []eventstore.Recorded
	last   eventstore.Recorded
}

// add adds the earlier event of a row, if it has one, and returns it.
func (h *openHistory) add(row *conn.Results, like eventstore.Recorded) (eventstore.Recorded, error) {
	if row.IsNull() {
		for range len(kinds) {
			row.Skip()
		}
		return like, nil
	}
	like.Stream = h.last.Stream
	e, err := recorded(row, like)
	if h.before == nil {
		h.before = make([]eventstore.Recorded, 0, 2) // with the event itself, as in most files
	}
	h.before = append(h.before, e)
	return e, err
}

// end adds the history, if there is one, and begins another.
func (h *openHistory) end(to [][]eventstore.Recorded) [][]eventstore.Recorded {
	if h.last.Position > 0 {
		to = append(to, append(h.before, h.last))
	}
	*h = openHistory{}
	return to
}
