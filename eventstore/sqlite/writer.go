package sqlite

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/mattn/go-sqlite3"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/groupcommit"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// writer is the one goroutine that changes the database. It collects waiting
// requests, writes them in one transaction and delivers the results after the
// commit. Its state in memory changes after the commit, never before.
type writer struct {
	store *Store
	conn  *conn.Conn
	disk  disk

	head  eventstore.Head // committed
	clock int64           // recorded_at of the newest event, unix microseconds
	chain eventstore.Chain
	ids   eventstore.EventIDs

	checkpointer *checkpointer
	walLength    int64 // in pages, after the last batch
	restartAt    int64 // the length at which the write-ahead log is to restart

	rows    eventRows
	written []eventstore.Recorded // of the open transaction
	batch   *groupcommit.Batch
	broken  error // why nothing is written any more
}

func openWriter(s *Store) (*writer, error) {
	w := &writer{store: s, restartAt: walRestartPages, rows: newEventRows(), batch: &groupcommit.Batch{}}
	w.disk = disk{folder: filepath.Dir(s.path), minFree: s.options.MinFreeBytes, free: s.options.Faults.FreeBytes}
	if err := w.connect(); err != nil {
		return nil, err
	}
	head, err := w.resume()
	if err != nil {
		return nil, errors.Join(err, w.conn.Close())
	}
	w.head = head
	return w, nil
}

// run writes batches until the store closes, and completes every request that
// was sent to it.
func (w *writer) run() {
	defer close(w.store.stopped)
	for {
		batch, err := w.store.queue.Next(w.checkpointer.failed)
		switch {
		case errors.Is(err, eventstore.ErrClosed):
			w.store.queue.ReplyClosed()
			return
		case err != nil:
			w.fail(fmt.Errorf("checkpoint: %w", err))
		default:
			w.batch = batch
			w.write()
		}
	}
}

// write commits the batch and completes its requests.
func (w *writer) write() {
	if w.broken != nil {
		w.batch.Reply(w.broken)
		return
	}
	if err := w.disk.room(); err != nil {
		w.batch.Reply(err)
		return
	}
	next, err := w.transact()
	if err != nil {
		w.startOver(err)
		return
	}
	switch err := w.commit(); {
	case isFull(err):
		w.startOver(err)
		return
	case err != nil:
		w.fail(err)
		return
	}
	w.head, w.clock = next.head, next.at
	w.store.committed(next.head, w.batch.Requests, w.written)
	w.batch.Reply(nil)
	w.store.hints.Send()
	w.checkpoint()
}

func (w *writer) commit() error {
	if broken := w.store.options.Faults.BeforeCommit; broken != nil {
		if err := broken(); err != nil {
			return err
		}
	}
	if _, err := w.conn.Exec("COMMIT"); err != nil {
		return err
	}
	if broken := w.store.options.Faults.AfterCommit; broken != nil {
		return broken()
	}
	return nil
}

// fail closes the store for writing: what is on disk is not known until another
// process reads it. The outcome of the batch's requests is unknown; later
// requests are not written. The connection is closed without a checkpoint,
// because a reader is still connected.
func (w *writer) fail(cause error) {
	if w.broken != nil {
		return // a copy failed after a successful commit: the disk is failing
	}
	w.broken = fmt.Errorf("%w: %w", eventstore.ErrFailed, cause)
	close(w.store.failed)
	w.conn.Close()
	w.batch.Reply(fmt.Errorf("%w: %w", eventstore.ErrUnknownOutcome, cause))
}

// startOver ends a transaction that was not committed: it drops the connection,
// opens another and reads the head. If the head has not moved, nothing was
// written, and the callers are told so; otherwise the outcome is unknown.
func (w *writer) startOver(cause error) {
	w.conn.Close() // rolls back
	if err := w.connect(); err != nil {
		w.fail(errors.Join(cause, err))
		return
	}
	head, err := w.resume()
	if err == nil && head != w.head {
		err = fmt.Errorf("the log was at position %d and is at %d", w.head.Position, head.Position)
	}
	if err != nil {
		w.fail(errors.Join(cause, err))
		return
	}
	if isFull(cause) {
		cause = fmt.Errorf("%w: %w", eventstore.ErrStorageFull, cause)
	}
	w.batch.Reply(cause)
}

// isFull reports whether SQLite found no room for a write.
func isFull(err error) bool { return conn.Is(err, sqlite3.ErrFull) }
