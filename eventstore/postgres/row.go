package postgres

import (
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
)

// columns of an event, in the order in which scan reads them.
const columns = `position, stream, version, event_id, client, type, data, meta, recorded_at, hash`

// scan reads a row of columns, and the columns after them.
func scan(rows pgx.Rows, more ...any) (e eventstore.Recorded, err error) {
	var at int64
	var data, meta, hash []byte
	into := append([]any{&e.Position, &e.Stream, &e.Version, &e.EventID, &e.Client, &e.Type, &data, &meta, &at, &hash}, more...)
	if err := rows.Scan(into...); err != nil {
		return e, err
	}
	if copy(e.Hash[:], hash) != len(e.Hash) {
		return e, fmt.Errorf("the log is damaged at position %d: its hash has %d bytes", e.Position, len(hash))
	}
	e.Data, e.Meta, e.RecordedAt = data, meta, time.UnixMicro(at).UTC()
	return e, nil
}

// collect reads all rows of columns.
func collect(rows pgx.Rows) (events []eventstore.Recorded, err error) {
	for rows.Next() {
		e, err := scan(rows)
		if err != nil {
			return nil, err
		}
		events = append(events, e)
	}
	return events, nil
}
