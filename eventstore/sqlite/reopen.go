package sqlite

import (
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// connect opens the writing connection and brings the schema up to date.
func (w *writer) connect() error {
	c, err := conn.Open(w.store.path, conn.ReadWrite,
		"page_size = 8192",
		"journal_mode = WAL",
		"synchronous = FULL",
		"wal_autocheckpoint = 0",        // checkpoint does it, after the results are delivered
		"journal_size_limit = 67108864", // bytes: the write-ahead log shrinks to 64 MiB after a burst
		"temp_store = MEMORY",
		"cache_size = -32768",
	)
	if err != nil {
		return err
	}
	if err := migrate(c); err != nil {
		return errors.Join(err, c.Close())
	}
	w.conn = c
	return nil
}

// resume reads the end of the log, from which positions, hashes, ids and times
// continue. A head that is not the newest event is refused: further writes
// would hide the damage.
func (w *writer) resume() (eventstore.Head, error) {
	row, err := w.conn.Row(selectHead)
	if err != nil {
		return eventstore.Head{}, fmt.Errorf("read the head: %w", err)
	}
	head, ok := headFrom(row)
	if !ok {
		return eventstore.Head{}, fmt.Errorf("%w: it has no head: run achledger verify", errDamaged)
	}
	newest := eventstore.Recorded{RecordedAt: time.UnixMicro(0)}
	last := conn.NewRuns("SELECT " + columns + " FROM events ORDER BY position DESC LIMIT 1").Next()
	err = last.Read(w.conn, conn.All, func(row *conn.Results) (err error) {
		newest, err = recorded(row, newest)
		return err
	})
	if err != nil {
		return eventstore.Head{}, fmt.Errorf("read the newest event: %w", err)
	}
	if (eventstore.Head{Position: newest.Position, Hash: newest.Hash}) != head {
		return eventstore.Head{}, fmt.Errorf("the head stands at position %d and the newest event at %d, or their hashes differ: run achledger verify",
			head.Position, newest.Position)
	}
	w.clock = newest.RecordedAt.UnixMicro()
	w.ids.Resume(newest.EventID)
	return head, nil
}
