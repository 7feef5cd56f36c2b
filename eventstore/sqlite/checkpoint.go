package sqlite

import (
	"errors"
	"fmt"
	"time"

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

	// pauseStep is the pause of a commit for each walPages that wait, and
	// longestPause the longest pause: about the time of a sync on a slow disk.
	pauseStep    = 2 * time.Millisecond
	longestPause = 50 * time.Millisecond

	// walRestartMillis bounds the wait for readers. A backup takes longer; the
	// restart is then tried again after walPages more.
	walRestartMillis = 50
)

// checkpoint does what SQLite would do within a COMMIT, but after the callers
// have their results and without hiding errors: after a failed fsync, pages may
// be lost for good that only the write-ahead log still has. The next process
// copies them again. Therefore such a failure ends all writing.
func (w *writer) checkpoint() {
	err := w.checkpointer.failure()
	if err == nil {
		err = w.fold()
	}
	if err != nil && !isFull(err) {
		w.fail(fmt.Errorf("checkpoint: %w", err))
	}
}

// fold starts a copy when enough pages wait, and restarts the write-ahead log
// when it is long. The checkpointer copies while writing continues, and the
// writer never waits for it: after a reader that stayed for minutes there may
// be gigabytes to copy. If pages are written faster than they are copied, each
// commit pauses a little, so that every copy leaves fewer pages than the one
// before.
func (w *writer) fold() error {
	pages, waiting, err := wal(w.conn, "NOOP")
	if err != nil {
		return err
	}
	if pages < w.walLength {
		w.restartAt = walRestartPages
	}
	w.walLength = pages
	long, overdue := pages >= w.restartAt, pages >= w.restartAt+walPages
	switch {
	case w.checkpointer.busy():
		if overdue {
			time.Sleep(pause(waiting))
		}
	case long && waiting <= fewPages, overdue && waiting <= walPages:
		w.restartAt = pages + walPages
		return w.restart()
	case long, waiting >= walPages:
		w.checkpointer.start()
	}
	return nil
}

// pause returns how long a commit waits to leave the disk to the copy of
// waiting pages.
func pause(waiting int64) time.Duration {
	return min(time.Duration(waiting/walPages)*pauseStep, longestPause)
}

// restart copies the remaining pages, so that the write-ahead log restarts with
// the next commit unless readers still use it.
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
	query := conn.NewRuns("PRAGMA wal_checkpoint(" + mode + ")")
	err = query.Next().Read(c, conn.All, func(row *conn.Results) error {
		row.Skip() // busy
		pages = row.Int()
		waiting = pages - row.Int() // those that were copied
		return nil
	})
	return pages, waiting, err
}

func busyTimeout(c *conn.Conn, millis int64) error {
	_, err := c.Row(fmt.Sprintf("PRAGMA busy_timeout = %d", millis))
	return err
}
