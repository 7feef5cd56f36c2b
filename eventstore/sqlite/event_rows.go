package sqlite

import (
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// eventRows are rows of events that are not written yet. All of them are of the
// same statement, so that they are written in the order of their positions.
type eventRows struct {
	inserts, nexts *conn.Runs // of insertEvent and insertNext
}

func newEventRows() eventRows {
	return eventRows{inserts: conn.NewRuns(insertEvent), nexts: conn.NewRuns(insertNext)}
}

// maxRowBytes bounds the rows that are collected.
const maxRowBytes = 256 << 10

// add collects the row of an event. Next says that the version before it must
// exist.
func (r *eventRows) add(c *conn.Conn, e *eventstore.Recorded, at int64, next bool) error {
	rows, others := r.inserts, r.nexts
	if next {
		rows, others = others, rows
	}
	if others.Len() > 0 || rows.Size() >= maxRowBytes {
		if err := r.write(c); err != nil {
			return err
		}
	}
	rows.Next().Int(e.Position).Text(e.Stream).Int(e.Version).Blob(e.EventID[:]).Text(e.Client).Text(e.Type).
		Blob(e.Data).Blob(e.Meta).Int(at).Blob(e.Hash[:])
	return nil
}

// clear forgets what was collected.
func (r *eventRows) clear() {
	r.inserts.Clear()
	r.nexts.Clear()
}

// write writes what was collected.
func (r *eventRows) write(c *conn.Conn) error {
	for _, rows := range []*conn.Runs{r.inserts, r.nexts} {
		if _, err := rows.Do(c); err != nil {
			return err
		}
	}
	return nil
}
