package sqlite

import (
	"errors"

	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// checkpointer copies the write-ahead log into the database file while the
// writer continues. A copy of walPages ends with a sync of all of them and
// takes as long as a dozen commits, which would otherwise have to wait for it.
type checkpointer struct {
	conn    *conn.Conn
	faults  Faults
	asked   chan struct{}
	idle    chan struct{} // holds one token while nothing is being copied
	failed  chan error    // the error after which nothing is copied any more
	stopped chan struct{}
}

func startCheckpointer(s *Store) (*checkpointer, error) {
	conn, err := conn.Open(s.path, conn.ReadWrite, "synchronous = FULL", "wal_autocheckpoint = 0", "cache_size = -1024")
	if err != nil {
		return nil, err
	}
	c := &checkpointer{
		conn: conn, faults: s.options.Faults,
		asked: make(chan struct{}, 1), idle: make(chan struct{}, 1),
		failed: make(chan error, 1), stopped: make(chan struct{}),
	}
	c.idle <- struct{}{}
	go c.run()
	return c, nil
}

func (c *checkpointer) run() {
	defer close(c.stopped)
	for range c.asked {
		_, _, err := wal(c.conn, "PASSIVE")
		if err = errors.Join(err, c.faults.checkpoint()); err != nil && !isFull(err) {
			c.failed <- err
			return // stay busy: nothing may be copied after a failed copy
		}
		c.idle <- struct{}{}
	}
}

// busy and start are called by the writer, which starts no copy while busy.

func (c *checkpointer) busy() bool { return len(c.idle) == 0 }

func (c *checkpointer) start() {
	<-c.idle
	c.asked <- struct{}{}
}

// failure returns, once, the error that ended all copies.
func (c *checkpointer) failure() error {
	select {
	case err := <-c.failed:
		return err
	default:
		return nil
	}
}

// stop ends a running copy and closes the connection. It must not be the last
// connection of the database, which would copy the remaining pages.
func (c *checkpointer) stop() error {
	close(c.asked)
	<-c.stopped
	return c.conn.Close()
}
