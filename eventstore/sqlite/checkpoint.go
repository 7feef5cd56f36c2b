package sqlite

import (
	"errors"
	"fmt"

	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// The write-ahead log, in pages of 8 KiB.
const (
	// walPages is how many pages may wait before they are copied into the
	// database file.
	walPages = 4000

	// walRestartPages is the size of the write-ahead log that triggers a
	// RESTART checkpoint, for which writing stops until everything is copied
	// and readers have left it.
	walRestartPages = 2 * walPages

	// fewPages are copied in no more time than a few commits take.
	fewPages = 500

	// walRestartMillis bounds the wait for readers: a backup takes longer, and
	// is waited for again after walPages more.
	walRestartMillis = 50
)

// checkpoint does what SQLite would do within a COMMIT, but after the callers
// have their answers and without swallowing errors: an fsync that failed may
// have lost pages for good, and only the write-ahead log still has them. The
// next process copies them again. So such a failure ends all writing.
func (w *writer) checkpoint() {
	err := w.checkpointer.failure()
	if err == nil {
		err = w.fold()
	}
	if err != nil && !isFull(err) {
		w.fail(fmt.Errorf("checkpoint: %w", err))
	}
}

// fold has pages copied when enough of them wait, and restarts the write-ahead
// log when it is long. The checkpointer copies while writing continues. If
// writers outpace it, the writer stops once and finishes the copy.
func (w *writer) fold() error {
	pages, waiting, err := wal(w.conn, "NOOP")
	if err != nil {
		return err
	}
	if pages < w.walLength {
		w.restartAt = walRestartPages
	}
	w.walLength = pages
	overdue := pages >= w.restartAt+walPages
	if w.checkpointer.busy() && !overdue {
		return nil
	}
	switch {
	case overdue, pages >= w.restartAt && waiting <= fewPages:
		w.checkpointer.wait()
		if err := w.checkpointer.failure(); err != nil {
			return err
		}
		w.restartAt = pages + walPages
		return w.restart()
	case waiting >= walPages, pages >= w.restartAt:
		w.checkpointer.start()
	}
	return nil
}

// restart copies what is left, so that the write-ahead log restarts with the
// next commit unless readers stay in it.
func (w *writer) restart() error {
	if err := busyTimeout(w.conn, walRestartMillis); err != nil {
		return err
	}
	_, _, err := wal(w.conn, "RESTART")
	return errors.Join(err, busyTimeout(w.conn, conn.BusyMillis), w.store.options.Faults.checkpoint())
}

// wal runs a checkpoint and returns how many pages the write-ahead log has and
// how many of them still wait to be copied.
func wal(c *conn.Conn, mode string) (pages, waiting int64, err error) {
	row, err := c.Row("PRAGMA wal_checkpoint(" + mode + ")") // busy, pages in the log, pages copied
	if err != nil {
		return 0, 0, err
	}
	return row[1].(int64), row[1].(int64) - row[2].(int64), nil
}

func busyTimeout(c *conn.Conn, millis int64) error {
	_, err := c.Row(fmt.Sprintf("PRAGMA busy_timeout = %d", millis))
	return err
}
