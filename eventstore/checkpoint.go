package eventstore

import "fmt"

// walPages is how many pages may wait in the write-ahead log before they are
// copied into the database file.
const walPages = 4000

// checkpoint does what SQLite would do within a COMMIT, but after the callers
// have their answers and without swallowing errors: an fsync that failed may
// have lost pages for good, and only the write-ahead log still has them. The
// next process copies them again. So such a failure ends all writing.
func (w *writer) checkpoint() {
	waiting, err := w.checkpointed("NOOP")
	if err == nil && waiting >= walPages {
		_, err = w.checkpointed("PASSIVE")
	}
	if err != nil && !isFull(err) {
		w.fail(fmt.Errorf("checkpoint: %w", err))
	}
}

// checkpointed runs a checkpoint and returns how many pages still wait.
func (w *writer) checkpointed(mode string) (waiting int64, err error) {
	row, err := w.conn.row("PRAGMA wal_checkpoint(" + mode + ")") // busy, pages in the log, pages copied
	if err != nil {
		return 0, err
	}
	return row[1].(int64) - row[2].(int64), nil
}
