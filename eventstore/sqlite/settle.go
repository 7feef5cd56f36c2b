package sqlite

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// ErrNotSettled says that what the last process left in the write-ahead log
// could not be made durable, so that nothing may be written after it.
var ErrNotSettled = errors.New("the write-ahead log of the last process cannot be copied into the database")

// settle copies what the last process left in the write-ahead log into the
// database, syncs that, and empties the write-ahead log. A commit whose fsync
// failed can still be read from the page cache, which the kernel marks clean
// after the failure, without being on disk. A later frame is valid only if the
// checksums of all frames before it are, so a power failure would lose that
// frame too, even if it was synced.
func (s *Store) settle() error {
	left, err := os.Stat(s.path + "-wal")
	if errors.Is(err, os.ErrNotExist) || err == nil && left.Size() == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := conn.Open(s.path, conn.ReadWrite, "synchronous = FULL", "wal_autocheckpoint = 0")
	if err != nil {
		return err
	}
	if err := errors.Join(s.truncate(c), s.options.Faults.checkpoint()); err != nil {
		err = fmt.Errorf("%w: %w", ErrNotSettled, err)
		return errors.Join(err, c.Close())
	}
	return c.Close()
}

// truncate waits for readers of the write-ahead log, SettleWithin at most.
func (s *Store) truncate(c *conn.Conn) error {
	until := time.Now().Add(s.options.SettleWithin)
	for {
		wait := max(1, time.Until(until).Milliseconds())
		if err := busyTimeout(c, wait); err != nil {
			return err
		}
		row, err := c.Row("PRAGMA wal_checkpoint(TRUNCATE)") // busy, pages in the log, pages copied
		if err != nil {
			return err
		}
		if row[0].(int64) == 0 {
			return nil
		}
		if !time.Now().Before(until) {
			return fmt.Errorf("a command that reads (verify, events, files, backup) has been in it for more than %s: start again when it has ended", s.options.SettleWithin)
		}
	}
}
