package eventstore

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/mattn/go-sqlite3"
)

// writer is the one goroutine that changes the database. It collects what
// waits, writes it in one transaction and answers everyone after the commit.
// What it holds in memory about the log follows the commit, never precedes it.
type writer struct {
	store *SQLite
	conn  *connection
	disk  disk

	head  Head  // committed
	clock int64 // recorded_at of the newest event, unix microseconds
	chain *chain
	ids   eventIDs

	batch   batch
	held    *request // from the queue, too large for its batch: first in the next
	several bool     // the last batch had several submitters
	timer   *time.Timer
}

func openWriter(s *SQLite) (*writer, error) {
	w := &writer{store: s, chain: newChain(), timer: time.NewTimer(time.Hour)}
	w.timer.Stop()
	w.disk = disk{folder: filepath.Dir(s.path), minFree: s.options.MinFreeBytes, free: s.options.Faults.FreeBytes}
	if err := w.connect(); err != nil {
		return nil, err
	}
	head, err := w.resume()
	if err != nil {
		return nil, errors.Join(err, w.conn.close())
	}
	w.head = head
	return w, nil
}

// run writes batches until the store closes or an outcome is unknown.
func (w *writer) run() {
	defer close(w.store.stopped)
	for w.collect() && w.write() {
	}
}

// write puts the batch on disk and answers it; false after an outcome that is
// unknown.
func (w *writer) write() bool {
	if err := w.disk.room(); err != nil {
		w.batch.answer(err)
		return true
	}
	next, err := w.transact()
	if err != nil {
		return w.startOver(err)
	}
	switch err := w.commit(); {
	case isFull(err):
		return w.startOver(err)
	case err != nil:
		return w.fail(err)
	}
	w.head, w.clock = next.head, next.at
	w.store.committed(next.head, w.batch.requests)
	w.batch.answer(nil)
	w.store.hints.send()
	return w.checkpoint()
}

func (w *writer) commit() error {
	if broken := w.store.options.Faults.BeforeCommit; broken != nil {
		if err := broken(); err != nil {
			return err
		}
	}
	if _, err := w.conn.exec("COMMIT"); err != nil {
		return err
	}
	if broken := w.store.options.Faults.AfterCommit; broken != nil {
		return broken()
	}
	return nil
}

// fail closes the store for writing: what the disk holds is not known until
// another process reads it. The connection goes without a checkpoint, because
// a reader is still connected.
func (w *writer) fail(cause error) bool {
	w.store.cause = cause
	close(w.store.failed)
	w.conn.close()
	w.batch.answer(fmt.Errorf("%w: %w", ErrUnknownOutcome, cause))
	return false
}

// startOver ends a transaction that was not committed: it drops the
// connection, opens another and reads the head. When that is where it was,
// nothing was written and the callers may know; otherwise the outcome is
// unknown.
func (w *writer) startOver(cause error) bool {
	w.conn.close() // rolls back
	if err := w.connect(); err != nil {
		return w.fail(errors.Join(cause, err))
	}
	head, err := w.resume()
	if err != nil {
		return w.fail(errors.Join(cause, err))
	}
	if head != w.head {
		return w.fail(fmt.Errorf("the log stands at position %d after %w", head.Position, cause))
	}
	if isFull(cause) {
		cause = fmt.Errorf("%w: %w", ErrStorageFull, cause)
	}
	w.batch.answer(cause)
	return true
}

// isFull: SQLite found no room, and said so before anything was committed.
func isFull(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.Code == sqlite3.ErrFull
}
