package conn

import (
	"context"
	"errors"
	"sync"
)

// Pool is a number of connections that can only read. Each is opened when all that
// are open are in use, and kept. The one that was used last is used next: it has the
// schema, statements and pages that the others would have to read.
type Pool struct {
	path   string
	over   error         // what a call on a closed pool returns
	inUse  chan struct{} // holds a value for each connection in use
	closed chan struct{}
	once   sync.Once

	mu   sync.Mutex
	idle []*Conn // the last was used last
}

// NewPool is a pool of so many connections to a database, of which some may be
// open already. Once it is closed its calls return over.
func NewPool(path string, size int, over error, open ...*Conn) *Pool {
	return &Pool{path: path, over: over, inUse: make(chan struct{}, size), closed: make(chan struct{}), idle: open}
}

// OpenReader opens a connection that can only read. Its cache of 4 MiB is small, because
// pools have two connections for each processor; the system caches the file too.
func OpenReader(path string) (*Conn, error) {
	return Open(path, ReadOnly, "query_only = 1", "cache_size = -4096")
}

// Use runs f with a connection, waiting for one if need be.
func (p *Pool) Use(ctx context.Context, f func(*Conn) error) error {
	if err := p.Err(ctx); err != nil {
		return err
	}
	select {
	case p.inUse <- struct{}{}:
	case <-p.closed:
		return p.over
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-p.inUse }()
	if err := ctx.Err(); err != nil {
		return err
	}
	c, err := p.take()
	if err != nil {
		return err
	}
	defer p.putBack(c)
	return f(c)
}

// take takes the connection that was used last, or opens one if none is idle.
func (p *Pool) take() (*Conn, error) {
	p.mu.Lock()
	n := len(p.idle)
	if n == 0 {
		p.mu.Unlock()
		return OpenReader(p.path)
	}
	defer p.mu.Unlock()
	c := p.idle[n-1]
	p.idle = p.idle[:n-1]
	return c, nil
}

func (p *Pool) putBack(c *Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = append(p.idle, c)
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
		for range cap(p.inUse) {
			p.inUse <- struct{}{}
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, c := range p.idle {
			err = errors.Join(err, c.Close())
		}
	})
	return err
}
