package conn

import (
	"context"
	"errors"
	"sync"
)

// Pool is a number of connections that can only read. Each is opened at its
// first use and kept.
type Pool struct {
	path   string
	over   error      // what a call on a closed pool returns
	slots  chan *Conn // nil in a slot not opened yet
	closed chan struct{}
	once   sync.Once
}

// NewPool is a pool of so many connections to a database, of which some may be
// open already. Once it is closed its calls return over.
func NewPool(path string, size int, over error, open ...*Conn) *Pool {
	p := &Pool{path: path, over: over, slots: make(chan *Conn, size), closed: make(chan struct{})}
	for _, c := range open {
		p.slots <- c
	}
	for len(p.slots) < size {
		p.slots <- nil
	}
	return p
}

// OpenReader opens a connection that can only read. Its cache of 4 MiB is small, because
// pools have two connections for each processor; the system caches the file too.
func OpenReader(path string) (*Conn, error) {
	return Open(path, ReadOnly, "query_only = 1", "cache_size = -4096")
}

// Use runs f with a connection, waiting for one if need be.
func (p *Pool) Use(ctx context.Context, f func(*Conn) error) (err error) {
	var c *Conn
	if err := p.Err(ctx); err != nil {
		return err
	}
	select {
	case c = <-p.slots:
	case <-p.closed:
		return p.over
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { p.slots <- c }()
	if err := ctx.Err(); err != nil {
		return err
	}
	if c == nil {
		if c, err = OpenReader(p.path); err != nil {
			return err
		}
	}
	return f(c)
}

// Err is why nothing can be read: the pool is closed, or ctx has ended.
func (p *Pool) Err(ctx context.Context) error {
	select {
	case <-p.closed:
		return p.over
	default:
		return ctx.Err()
	}
}

// Closed is closed when the pool is.
func (p *Pool) Closed() <-chan struct{} { return p.closed }

// Close waits for the reads under way and closes their connections. Closing
// twice is closing once.
func (p *Pool) Close() (err error) {
	p.once.Do(func() {
		close(p.closed)
		for range cap(p.slots) {
			if c := <-p.slots; c != nil {
				err = errors.Join(err, c.Close())
			}
		}
	})
	return err
}
