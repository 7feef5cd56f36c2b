package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/eventstore"
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

// recorded reads a row of columns.
func recorded(row []driver.Value) (e eventstore.Recorded, err error) {
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
