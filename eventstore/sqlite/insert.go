package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

const (
	insertKey = `INSERT INTO idempotency(client, scope, key, request_hash, first, last, at)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING`
	selectKey = `SELECT request_hash, first, last, at FROM idempotency
		WHERE client = ?1 AND scope = ?2 AND key = ?3`

	insertEvent = `INSERT INTO events(position, stream, version, event_id, client, type, data, meta, recorded_at, hash)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`

	// insertNext also requires the previous version. If the stream is shorter
	// than expected, the version is NULL and the column refuses it. If it is
	// longer, the version exists already and the index refuses it.
	insertNext = `INSERT INTO events(position, stream, version, event_id, client, type, data, meta, recorded_at, hash)
		VALUES(?1, ?2, (SELECT version + 1 FROM events WHERE stream = ?2 AND version = ?3 - 1),
		       ?4, ?5, ?6, ?7, ?8, ?9, ?10)`
)

// useKey records an append's idempotency key, if it has one.
func (w *writer) useKey(t *transaction, a *eventstore.Append, call eventstore.Result) error {
	k := a.Idempotency
	if k == nil {
		return nil
	}
	hash := append([]byte{}, a.RequestHash...)
	added, err := w.conn.Exec(insertKey, k.Client, k.Scope, k.Key, hash, call.First, call.Last, t.at)
	if err != nil || added == 1 {
		return err
	}
	row, err := w.conn.Row(selectKey, k.Client, k.Scope, k.Key)
	if err != nil {
		return err
	}
	return &eventstore.KeyUsedError{Key: *k, Use: keyUse(row)}
}

// insert writes the events of one append and moves the transaction's head. Later
// says that their rows are written with those of the appends after it.
func (w *writer) insert(t *transaction, a *eventstore.Append, later bool) error {
	for i := range a.Events {
		e := w.chain.Record(t.head, a, i, w.ids.Next(t.at), t.at)
		err := w.rows.add(w.conn, &e, t.at, i == 0 && a.Expect != eventstore.NewStream)
		if err == nil && !later && (i == 0 || i == len(a.Events)-1) {
			err = w.rows.write(w.conn)
		}
		if i == 0 && !later && isWrongVersion(err) {
			return &eventstore.VersionError{Stream: a.Stream, Expect: a.Expect}
		}
		if err != nil {
			return fmt.Errorf("insert up to position %d, stream %s version %d: %w", e.Position, e.Stream, e.Version, err)
		}
		t.head = eventstore.Head{Position: e.Position, Hash: e.Hash}
		w.written = append(w.written, e)
	}
	return nil
}

// isWrongVersion reports whether the index or the version column refused an
// event.
func isWrongVersion(err error) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && (e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintNotNull)
}

// keyUse reads a row of selectKey.
func keyUse(row []driver.Value) (use eventstore.KeyUse) {
	conn.Scan(row, &use.RequestHash, &use.First, &use.Last, &use.At)
	return use
}
