package sqlite

import (
	"errors"
	"fmt"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/groupcommit"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

const updateHead = `UPDATE head SET position = ?1, hash = ?2`

// transaction is the end of the log in the open transaction.
type transaction struct {
	head eventstore.Head
	at   int64 // recorded_at of its events, unix microseconds
}

// transact opens a transaction and does everything but the COMMIT. A refusal is
// stored in its request and leaves nothing in the transaction; an error is a
// fault of the whole batch.
func (w *writer) transact() (transaction, error) {
	t := transaction{w.head, max(w.clock, w.store.options.Now().UnixMicro())}
	w.written = w.written[:0]
	if _, err := w.conn.Exec("BEGIN IMMEDIATE"); err != nil {
		return t, err
	}
	for _, r := range w.batch.Requests {
		if r.Beside != nil {
			if err := r.Beside.(func(*conn.Conn) error)(w.conn); err != nil {
				return t, err
			}
			continue
		}
		if r.Err = w.apply(&t, r); r.Err != nil && !isRefusal(r.Err) {
			return t, r.Err
		}
	}
	if t.head == w.head {
		return t, nil
	}
	_, err := w.conn.Exec(updateHead, t.head.Position, t.head.Hash[:])
	return t, err
}

// isRefusal distinguishes refusals by a rule from faults.
func isRefusal(err error) bool {
	var version *eventstore.VersionError
	var used *eventstore.KeyUsedError
	return errors.As(err, &version) || errors.As(err, &used)
}

// apply writes one call. A call to several streams is refused as a whole by
// means of a savepoint; one to a single stream is refused at its first event.
// The rows of the former are written together.
func (w *writer) apply(t *transaction, r *groupcommit.Request) error {
	r.Result = eventstore.Result{First: t.head.Position + 1, Last: t.head.Position + int64(r.Events)}
	if len(r.Appends) == 1 {
		a := &r.Appends[0]
		if err := w.useKey(t, a, r.Result); err != nil {
			return err
		}
		err := w.insert(t, a, false)
		if err != nil && isRefusal(err) && a.Idempotency != nil {
			k := a.Idempotency
			if _, err := w.conn.Exec(deleteKey, k.Client, k.Scope, k.Key); err != nil {
				return err
			}
		}
		return err
	}
	if _, err := w.conn.Exec("SAVEPOINT call"); err != nil {
		return err
	}
	before := *t
	err := w.applyAll(t, r, true)
	if isWrongVersion(err) { // of which append is found by writing them one by one
		if err := w.undo(t, before); err != nil {
			return err
		}
		err = w.applyAll(t, r, false)
	}
	if err != nil && !isRefusal(err) {
		return err
	}
	if err != nil {
		if err := w.undo(t, before); err != nil {
			return err
		}
	}
	if _, err := w.conn.Exec("RELEASE call"); err != nil {
		return err
	}
	return err
}

// undo takes back what a call wrote.
func (w *writer) undo(t *transaction, before transaction) error {
	*t = before
	w.written = w.written[:before.head.Position-w.head.Position]
	_, err := w.conn.Exec("ROLLBACK TO call")
	return err
}

// applyAll checks the call's key first: a repeated request must get the result
// of the first, whatever has happened to its streams since.
func (w *writer) applyAll(t *transaction, r *groupcommit.Request, together bool) error {
	for i := range r.Appends {
		if err := w.useKey(t, &r.Appends[i], r.Result); err != nil {
			return err
		}
	}
	for i := range r.Appends {
		if err := w.insert(t, &r.Appends[i], together); err != nil {
			return err
		}
	}
	if err := w.rows.write(w.conn); err != nil {
		return fmt.Errorf("insert up to position %d: %w", t.head.Position, err)
	}
	return nil
}
