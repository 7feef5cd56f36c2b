package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/follow"
)

const (
	// The server ends the session of a leader that sends nothing for
	// leaderSilence, which frees its lock; leaderHeartbeat is how often the leader
	// sends something.
	leaderSilence   = 3 * time.Second
	leaderHeartbeat = 500 * time.Millisecond

	tryLeaderLock = `SELECT pg_try_advisory_lock(711, 4)`
	beginTerm     = `UPDATE leader SET term = term + 1, node = $1, since = now() RETURNING term`
	selectLeader  = `SELECT term, node, since FROM leader`
)

// Term is the present or last leadership.
type Term struct {
	Number int64
	Node   string
	Since  time.Time // by the database's clock
}

// CurrentTerm returns the present or last leadership.
func (s *Store) CurrentTerm(ctx context.Context) (t Term, err error) {
	err = s.read(ctx, func(c *pgx.Conn) error { return c.QueryRow(ctx, selectLeader).Scan(&t.Number, &t.Node, &t.Since) })
	if err != nil {
		return t, fmt.Errorf("read who leads: %w", err)
	}
	return t, nil
}

// RunAsLeader runs work whenever this node leads, until ctx ends. At most one node of
// a database leads. It holds an advisory lock, whose session the server ends
// after 3 s of silence, and a term number that no earlier leader had. When the
// session ends, or work returns, work's context ends; once work has returned
// the node tries again. An error of work ends RunAsLeader, unless work's context had
// ended or the error is ErrAway or ErrNotLeader, which another term may not
// meet.
//
// A node whose clock is too far off does not lead: the dates of files, and
// whether a window has passed, depend on it.
func (s *Store) RunAsLeader(ctx context.Context, work func(ctx context.Context, term int64) error) error {
	for ctx.Err() == nil {
		err := s.onTime()
		if err == nil {
			err = s.runForTerm(ctx, s.onTime, work)
		}
		var final workError
		if errors.As(err, &final) {
			return final.error
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, ErrOtherLeader) && !errors.Is(err, errClock) {
			s.options.Log.Warn("this node cannot lead for now", "err", err)
		}
		follow.Sleep(ctx, leaderHeartbeat)
	}
	return nil
}

// ConfirmTerm returns ErrNotLeader when another term has begun. The result is at most
// a second old. It comes from a commit, which a former primary that woke up
// cannot complete.
func (s *Store) ConfirmTerm(ctx context.Context, term int64) error {
	if c := s.confirmed.Load(); c != nil && c.term == term && SinceBoot()-c.sent < freshFor {
		return nil
	}
	found := confirmation{sent: SinceBoot()}
	err := s.read(ctx, func(c *pgx.Conn) error {
		var b pgx.Batch
		b.Queue(readCommitted)
		s.queueNode(&b)
		b.Queue(`SELECT term FROM leader`).QueryRow(func(row pgx.Row) error { return row.Scan(&found.term) })
		return commit(ctx, c, &b)
	})
	if err != nil {
		return fmt.Errorf("ask whether this node leads: %w", err)
	}
	if s.confirmed.Store(&found); found.term != term {
		return eventstore.ErrNotLeader
	}
	return nil
}

// confirmation is a term that was read, and when its request was sent.
type confirmation struct {
	term int64
	sent time.Duration // by SinceBoot
}

// errClock is not logged by RunAsLeader: the check of the server has logged the
// reason.
var errClock = errors.New("a node leads by the right time only")

func (s *Store) onTime() error {
	if err := s.Primary().ClockErr(); err != nil {
		return fmt.Errorf("%w: %w", errClock, err)
	}
	return nil
}

// workError marks an error of work that ends RunAsLeader.
type workError struct{ error }

// ErrOtherLeader says that another node leads.
var ErrOtherLeader = errors.New("another node leads")

// RunOnceAsLeader runs work once, as the leader, however far the clock is off. It
// returns ErrOtherLeader if another node leads.
func (s *Store) RunOnceAsLeader(ctx context.Context, work func(ctx context.Context, term int64) error) error {
	var failed error
	atAnyTime := func() error { return nil } // a person asks for it, who sees the clock
	err := s.runForTerm(ctx, atAnyTime, func(ctx context.Context, term int64) error {
		failed = work(ctx, term)
		return nil
	})
	if failed != nil {
		return failed
	}
	return err
}

// runForTerm leads until work returns, the session is lost, may returns an error
// or ctx ends.
func (s *Store) runForTerm(ctx context.Context, may func() error, work func(ctx context.Context, term int64) error) error {
	c, err := s.session(ctx, leaderSilence)
	if err != nil {
		return err
	}
	defer closeSession(c)
	term, err := s.takeTerm(ctx, c)
	if err != nil {
		return err
	}
	if err := s.barriers.do(ctx, s.barrier); err != nil {
		return err // writes from before the term may not be known yet
	}
	s.options.Log.Info("this node leads", "node", s.options.Node, "term", term)
	leading, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() {
		defer stop()
		done <- work(leading, term)
	}()
	lost := s.keepAlive(leading, c, may)
	ended := ctx.Err() == nil && lost == nil // work returned by itself
	stop()
	err = <-done
	if lost != nil && ctx.Err() == nil {
		s.options.Log.Warn("this node leads no longer", "term", term, "err", lost)
		return nil
	}
	if ended && (errors.Is(err, eventstore.ErrAway) || errors.Is(err, eventstore.ErrNotLeader)) {
		return err
	}
	if ended && err != nil {
		return workError{err}
	}
	return nil
}

// takeTerm makes this node the leader unless another one is. The term is
// durable, on the standby too, before work begins.
func (s *Store) takeTerm(ctx context.Context, c *pgx.Conn) (term int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, leaderSilence)
	defer cancel()
	if _, err := c.Exec(ctx, fmt.Sprintf(`SET idle_session_timeout = %d`, leaderSilence.Milliseconds())); err != nil {
		return 0, away(c, err)
	}
	var got bool
	if err := c.QueryRow(ctx, tryLeaderLock).Scan(&got); err != nil {
		return 0, away(c, err)
	}
	if !got {
		return 0, ErrOtherLeader
	}
	var b pgx.Batch
	b.Queue(readCommitted)
	b.Queue(takeLock) // an earlier leader's pending writes commit before this, or are refused
	b.Queue(beginTerm, s.options.Node).QueryRow(func(row pgx.Row) error { return row.Scan(&term) })
	if err := commit(ctx, c, &b); err != nil {
		return 0, away(c, err) // if it was committed nevertheless, nobody leads in that term
	}
	return term, nil
}

// keepAlive keeps the session alive. It returns nil when led ends, and an error
// when the session is lost or may returns one.
func (s *Store) keepAlive(leading context.Context, c *pgx.Conn, may func() error) error {
	for {
		// The wait also ends when the session does.
		waiting, stop := context.WithTimeout(leading, leaderHeartbeat)
		_, err := c.WaitForNotification(waiting)
		stop()
		if leading.Err() != nil {
			return nil
		}
		if c.IsClosed() {
			return fmt.Errorf("%w: %w", eventstore.ErrAway, err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), leaderSilence-2*leaderHeartbeat)
		_, err = c.Exec(ctx, `SELECT 1`)
		cancel()
		if err != nil {
			return fmt.Errorf("%w: %w", eventstore.ErrAway, err)
		}
		if err := may(); err != nil {
			return err
		}
	}
}
