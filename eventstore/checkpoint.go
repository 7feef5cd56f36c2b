package eventstore

import (
	"errors"
	"fmt"
)

const (
	// walPages is how many pages may wait in the write-ahead log before they
	// are copied into the database file.
	walPages = 4000

	// walRestartPages is how long the write-ahead log may grow before writing
	// waits for the readers in it, so that it begins anew. Readers that
	// overlap without a pause would otherwise keep it growing for ever.
	walRestartPages = 2 * walPages

	// walRestartMillis bounds that wait: a backup takes longer, and is waited
	// for again after as many more pages.
	walRestartMillis = 50
)

// checkpoint does what SQLite would do within a COMMIT, but after the callers
// have their answers and without swallowing errors: an fsync that failed may
// have lost pages for good, and only the write-ahead log still has them. The
// next process copies them again. So such a failure ends all writing.
func (w *writer) checkpoint() {
	err := w.fold()
	if broken := w.store.options.Faults.Checkpoint; broken != nil {
		err = errors.Join(err, broken())
	}
	if err != nil && !isFull(err) {
		w.fail(fmt.Errorf("checkpoint: %w", err))
	}
}

// fold copies pages when enough of them wait.
func (w *writer) fold() error {
	pages, waiting, err := w.wal("NOOP")
	switch {
	case err != nil || waiting < walPages:
		return err
	case pages < walRestartPages:
		_, _, err = w.wal("PASSIVE")
		return err
	}
	if err := w.busyTimeout(walRestartMillis); err != nil {
		return err
	}
	_, _, err = w.wal("RESTART")
	return errors.Join(err, w.busyTimeout(busyMillis))
}

// wal runs a checkpoint and returns how many pages the write-ahead log has and
// how many of them still wait to be copied.
func (w *writer) wal(mode string) (pages, waiting int64, err error) {
	row, err := w.conn.row("PRAGMA wal_checkpoint(" + mode + ")") // busy, pages in the log, pages copied
	if err != nil {
		return 0, 0, err
	}
	return row[1].(int64), row[1].(int64) - row[2].(int64), nil
}

func (w *writer) busyTimeout(millis int) error {
	_, err := w.conn.row(fmt.Sprintf("PRAGMA busy_timeout = %d", millis))
	return err
}
