package postgres

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/achledger/achledger/eventstore"
)

// readTime bounds one statement that reads.
const readTime = 30 * time.Second

func (s *Store) openPool(ctx context.Context) (*pgxpool.Pool, error) {
	c, err := s.config(readTime)
	if err != nil {
		return nil, err
	}
	p, err := pgxpool.ParseConfig("")
	if err != nil {
		return nil, err
	}
	p.ConnConfig = c
	p.MaxConns = int32(max(8, 2*runtime.NumCPU()))
	p.AfterConnect = checkSession
	return pgxpool.NewWithConfig(ctx, p)
}

// config returns the settings of the node's sessions, which prefer a server that has
// the node's log.
func (s *Store) config(statements time.Duration) (*pgx.ConnConfig, error) {
	c, err := s.options.config(statements)
	if err == nil && !s.options.ReadOnly {
		c.ValidateConnect = s.preferring(c.ValidateConnect)
	}
	return c, err
}

// preferring makes a server whose log has not got what this node has proven one that
// is used only if the URL names no other. A primary that was lost in a failover may
// wake up and let everybody in: whatever is read there is as it was before.
func (s *Store) preferring(valid pgconn.ValidateConnectFunc) pgconn.ValidateConnectFunc {
	return func(ctx context.Context, c *pgconn.PgConn) error {
		if err := valid(ctx, c); err != nil {
			return err
		}
		known := s.known()
		if known.Position == 0 {
			return nil
		}
		position := strconv.AppendInt(nil, known.Position, 10)
		found := c.ExecParams(ctx, selectHash, [][]byte{position}, nil, nil, []int16{pgx.BinaryFormatCode}).Read()
		if _, said := isAnswer(found.Err); said || len(found.Rows) == 1 && string(found.Rows[0][0]) == string(known.Hash[:]) {
			return nil // what the server refuses, it refuses whoever needs it
		}
		if found.Err != nil {
			return found.Err
		}
		return pgconn.ValidateConnectTargetSessionAttrsPreferStandby(ctx, c) // does not prefer a primary, and says so as pgconn wants it
	}
}

// checkSession refuses a session that is not the server's own: a pooler shares
// server sessions between clients, and with them locks and settings. A server that
// stands still after it has let the session in is not waited for: whoever wants to
// lead asks here.
func checkSession(ctx context.Context, c *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	var pid uint32
	if err := c.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&pid); err != nil {
		return err
	}
	if pid != c.PgConn().PID() {
		return errPooled
	}
	return nil
}

// errNoAnswer is why a context of bounded ends.
var errNoAnswer = fmt.Errorf("%w: it did not answer in time", eventstore.ErrAway)

// bounded returns a context with a time limit of this package's own. A caller must be
// able to distinguish its end from that of the caller's context: the first is
// ErrAway, after which the same call may succeed.
func bounded(ctx context.Context, within time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, within, errNoAnswer)
}

// ended returns why ctx has ended, nil if it has not.
func ended(ctx context.Context) error {
	if cause := context.Cause(ctx); errors.Is(cause, errNoAnswer) {
		return cause
	}
	return ctx.Err()
}

// read runs f with a session of the pool, and once more if the session turns
// out to be broken, as all of them are after a failover.
func (s *Store) read(ctx context.Context, f func(*pgx.Conn) error) error {
	for try := 1; ; try++ {
		gone, err := s.readOnce(ctx, f)
		if !gone || ctx.Err() != nil || try == 2 {
			return err
		}
	}
}

func (s *Store) readOnce(ctx context.Context, f func(*pgx.Conn) error) (gone bool, err error) {
	if err := s.open(ctx); err != nil {
		return false, err
	}
	c, err := s.pool.Acquire(ctx)
	if err != nil {
		if closed := s.open(ctx); closed != nil {
			return false, closed
		}
		return false, fmt.Errorf("%w: %w", eventstore.ErrAway, err)
	}
	defer c.Release()
	defer s.reading.begin(c.Conn())()
	if err = f(c.Conn()); err == nil {
		return false, nil
	}
	if ctx.Err() != nil {
		return false, ended(ctx)
	}
	if marked := away(c.Conn(), err); marked != err {
		s.pool.Reset() // the others are likely to be broken as well
		return true, marked
	}
	return false, err
}

// reading are the sessions with a running statement.
type reading struct {
	mu  sync.Mutex
	all map[*pgx.Conn]struct{}
}

// begin adds a session, until end is called.
func (r *reading) begin(c *pgx.Conn) (end func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.all == nil {
		r.all = map[*pgx.Conn]struct{}{}
	}
	r.all[c] = struct{}{}
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.all, c)
	}
}

// drop ends every session, including those in use. A server that is stopped, or
// behind a network that lost its connections, never responds, and callers would
// wait for ever. They repeat their reads with another session.
func (s *Store) drop() {
	s.pool.Reset()
	s.reading.mu.Lock()
	defer s.reading.mu.Unlock()
	for c := range s.reading.all {
		_ = c.PgConn().Conn().Close()
	}
}
