package sqlite

import (
	"context"
	"errors"
	"runtime"

	"github.com/achledger/achledger/eventstore"
)

// readers is a pool of connections that can only read. Each is opened at its
// first use and kept.
type readers struct {
	path   string
	slots  chan *connection // nil in a slot not opened yet
	closed chan struct{}
}

// openReaders opens the first connection at once: it says whether the log can
// be read, and while it is there no other connection is the last.
func openReaders(path string) (readers, error) {
	r := readers{path, make(chan *connection, max(4, 2*runtime.NumCPU())), make(chan struct{})}
	first, err := r.connect()
	if err != nil {
		return r, err
	}
	if err := checkSchema(first); err != nil {
		return r, errors.Join(err, first.close())
	}
	r.slots <- first
	for len(r.slots) < cap(r.slots) {
		r.slots <- nil
	}
	return r, nil
}

// read runs f with a connection of the pool, waiting for one if need be.
func (r *readers) read(ctx context.Context, f func(*connection) error) (err error) {
	var c *connection
	if err := r.open(ctx); err != nil {
		return err
	}
	select {
	case c = <-r.slots:
	case <-r.closed:
		return eventstore.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { r.slots <- c }()
	if c == nil {
		if c, err = r.connect(); err != nil {
			return err
		}
	}
	return f(c)
}

// open reports why nothing can be read: the log was closed, or ctx ended.
func (r *readers) open(ctx context.Context) error {
	select {
	case <-r.closed:
		return eventstore.ErrClosed
	default:
		return ctx.Err()
	}
}

func (r readers) connect() (*connection, error) {
	return connect(r.path, readOnly, "query_only = 1", "cache_size = -8192")
}

// close waits for the reads under way and closes their connections.
func (r *readers) close() (err error) {
	close(r.closed)
	for range cap(r.slots) {
		if c := <-r.slots; c != nil {
			if closed := c.close(); err == nil {
				err = closed
			}
		}
	}
	return err
}
