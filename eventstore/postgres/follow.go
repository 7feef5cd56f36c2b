package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore/follow"
)

// channel is the notification channel for commits.
const channel = "achledger"

// follow proves the head at every heartbeat, and when another node has written.
// A lost notification delays it by one heartbeat at most.
func (s *Store) follow(ctx context.Context) {
	tick := time.NewTicker(s.options.Heartbeat)
	defer tick.Stop()
	gone := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.othersWrote:
		}
		err := s.updateHead(ctx)
		if ctx.Err() != nil {
			return
		}
		if (err != nil) != gone {
			if gone = err != nil; gone {
				s.options.Log.Warn("the database is away", "err", err)
				s.drop()
			} else {
				s.options.Log.Info("the database is back")
			}
		}
	}
}

// updateHead updates the head once: by a barrier, or by a read if the store is open
// for reading.
func (s *Store) updateHead(ctx context.Context) error {
	if !s.options.ReadOnly {
		return s.barriers.do(ctx, s.barrier)
	}
	head, err := s.readHead(ctx)
	if err == nil {
		s.moveTo(head, nil)
	}
	return err
}

// listen receives notifications of other nodes' commits until ctx ends, with a session
// that has the node's name; nil: a new one. It reconnects when its session is lost; what
// was not notified meanwhile is found at the next heartbeat.
func (s *Store) listen(ctx context.Context, c *pgx.Conn) {
	for ; ctx.Err() == nil; c = nil {
		var err error
		if c == nil {
			c, err = s.named(ctx)
		}
		if err == nil {
			_ = s.receive(ctx, c)
			closeSession(c)
		} else if errors.Is(err, errSameName) { // or the lost session, as the server sees it
			s.options.Log.Warn("this node has not got its name back", "err", err)
		}
		follow.Sleep(ctx, s.options.Heartbeat)
	}
}

func (s *Store) receive(ctx context.Context, c *pgx.Conn) error {
	if _, err := c.Exec(ctx, "LISTEN "+channel+"; LISTEN "+asksChannel); err != nil {
		return err
	}
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		if n.Channel == asksChannel {
			s.asked.Send()
			continue
		}
		if position, err := strconv.ParseInt(n.Payload, 10, 64); err == nil && position <= s.known().Position {
			continue // from this node, or known already
		}
		select {
		case s.othersWrote <- struct{}{}:
		default:
		}
	}
}

// takeName does not wait. A name is a lock of the session that has it.
const takeName = `SELECT pg_try_advisory_lock(hashtextextended($1, 0))`

// nameWithin is how long a node waits for its name: the server may need so long to notice
// that the machine of the process that had it is gone.
const nameWithin = 10 * time.Second

// errSameName is returned by named.
var errSameName = errors.New("another process runs under the name of this node: give each node a name of its own with --node")

// named opens a session that has this node's name, unless the store only reads. Nodes are
// counted, waited for and believed by their names: a second one of the same name would
// go unheard.
func (s *Store) named(ctx context.Context) (*pgx.Conn, error) {
	c, err := s.session(ctx, 0)
	if err != nil || s.options.ReadOnly {
		return c, err
	}
	for until := SinceBoot() + nameWithin; ; {
		var got bool
		if err := c.QueryRow(ctx, takeName, s.options.Node).Scan(&got); err != nil {
			closeSession(c)
			return nil, away(c, err)
		}
		if got {
			return c, nil
		}
		if SinceBoot() > until {
			closeSession(c)
			return nil, fmt.Errorf("node %s: %w", s.options.Node, errSameName)
		}
		follow.Sleep(ctx, 100*time.Millisecond)
	}
}

// closeSession closes a session, if there is one, without waiting for a server that may
// not respond.
func closeSession(c *pgx.Conn) {
	if c == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.Close(ctx)
}

// session opens a session outside the pool.
func (s *Store) session(ctx context.Context, statements time.Duration) (*pgx.Conn, error) {
	config, err := s.config(statements)
	if err != nil {
		return nil, err
	}
	connected := once(config)
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, away(nil, err)
	}
	if err := checkSession(ctx, c); err != nil {
		return nil, errors.Join(away(c, err), c.Close(ctx))
	}
	connected()
	return c, nil
}
