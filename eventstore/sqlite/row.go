package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// columns of an event, in the order in which recorded reads them.
const columns = `position, stream, version, event_id, client, type, data, meta, recorded_at, hash`

// headFrom reads a position and a hash, if there are any.
func headFrom(row []driver.Value) (h eventstore.Head, ok bool) {
	if len(row) < 2 {
		return eventstore.Head{}, false
	}
	var hash []byte
	ok = value(row[0], &h.Position) && value(row[1], &hash) && copy(h.Hash[:], hash) == len(h.Hash)
	return h, ok
}

// errDamaged says that a row has a form that the schema does not allow.
var errDamaged = errors.New("the log is damaged")

// kinds are those of columns; see conn.Results.
const kinds = "itibttbbib"

// recorded reads the next columns. The event before it may be of the same client
// and type, which have to be in memory once.
func recorded(row *conn.Results, before eventstore.Recorded) (e eventstore.Recorded, err error) {
	if !row.Are(kinds) {
		return e, errDamaged
	}
	e.Position, e.Stream, e.Version = row.Int(), row.Text(before.Stream), row.Int()
	id := copy(e.EventID[:], row.Blob())
	e.Client, e.Type = row.Text(before.Client), row.Text(before.Type)
	data, meta := row.Blob(), row.Blob()
	both := append(append(make([]byte, 0, len(data)+len(meta)), data...), meta...)
	e.Data, e.Meta = both[:len(data):len(data)], both[len(data):]
	e.RecordedAt = time.UnixMicro(row.Int()).UTC()
	if hash := copy(e.Hash[:], row.Blob()); id != len(e.EventID) || hash != len(e.Hash) {
		return e, fmt.Errorf("%w at position %d", errDamaged, e.Position)
	}
	return e, nil
}

// value reads one column.
func value[T any](from driver.Value, to *T) (ok bool) {
	*to, ok = from.(T)
	return ok
}
