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
//
// The events of all calls are written together, many rows with one statement. If
// a call is refused, the transaction begins again, and each call is written by
// itself, which tells the refused ones from the others.
func (w *writer) transact() (transaction, error) {
	t, err := w.begin()
	if err != nil {
		return t, err
	}
	if err = w.applyTogether(&t); isRefusal(err) || isWrongVersion(err) {
		if _, err = w.conn.Exec("ROLLBACK"); err != nil {
			return t, err
		}
		if t, err = w.begin(); err == nil {
			err = w.applyEach(&t)
		}
	}
	if err == nil {
		err = w.changeBeside()
	}
	if err != nil || t.head == w.head {
		return t, err
	}
	_, err = w.conn.Exec(updateHead, t.head.Position, t.head.Hash[:])
	return t, err
}

func (w *writer) begin() (transaction, error) {
	t := transaction{w.head, max(w.clock, w.store.options.Now().UnixMicro())}
	w.written = w.written[:0]
	w.rows.clear()
	_, err := w.conn.Exec("BEGIN IMMEDIATE")
	return t, err
}

// changeBeside makes the changes of tables beside the log.
func (w *writer) changeBeside() error {
	for _, r := range w.batch.Requests {
		if r.Beside == nil {
			continue
		}
		if err := r.Beside.(func(*conn.Conn) error)(w.conn); err != nil {
			return err
		}
	}
	return nil
}

// applyTogether writes all calls.
func (w *writer) applyTogether(t *transaction) error {
	for _, r := range w.batch.Requests {
		if err := w.applyCall(t, r, true); err != nil {
			return err
		}
	}
	if err := w.rows.write(w.conn); err != nil {
		return fmt.Errorf("insert up to position %d: %w", t.head.Position, err)
	}
	return nil
}

// applyEach writes each call by itself.
func (w *writer) applyEach(t *transaction) error {
	for _, r := range w.batch.Requests {
		if r.Err = w.apply(t, r); r.Err != nil && !isRefusal(r.Err) {
			return r.Err
		}
	}
	return nil
}

// isRefusal distinguishes refusals by a rule from faults.
func isRefusal(err error) bool {
	_, version := errors.AsType[*eventstore.VersionError](err)
	_, used := errors.AsType[*eventstore.KeyUsedError](err)
	return version || used
}

// apply writes one call, and takes it back if it is refused.
func (w *writer) apply(t *transaction, r *groupcommit.Request) error {
	if _, err := w.conn.Exec("SAVEPOINT call"); err != nil {
		return err
	}
	before := *t
	refused := w.applyCall(t, r, false)
	if refused != nil {
		if !isRefusal(refused) {
			return refused
		}
		*t = before
		w.written = w.written[:before.head.Position-w.head.Position]
		if _, err := w.conn.Exec("ROLLBACK TO call"); err != nil {
			return err
		}
	}
	if _, err := w.conn.Exec("RELEASE call"); err != nil {
		return err
	}
	return refused
}

// applyCall checks the call's key first: a repeated request must get the result
// of the first, whatever has happened to its streams since.
func (w *writer) applyCall(t *transaction, r *groupcommit.Request, together bool) error {
	r.Result = eventstore.Result{First: t.head.Position + 1, Last: t.head.Position + int64(r.Events)}
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
	return nil
}
