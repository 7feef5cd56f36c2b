package postgres

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
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

// listen receives notifications of other nodes' commits until ctx ends. It
// reconnects when its session is lost; what was not notified meanwhile is found
// at the next heartbeat.
func (s *Store) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if c, err := s.session(ctx, 0); err == nil {
			_ = s.receive(ctx, c)
			closeSession(c)
		}
		select {
		case <-ctx.Done():
		case <-time.After(s.options.Heartbeat):
		}
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

// closeSession closes a session of which nothing is awaited any more, although ctx
// may have ended.
func closeSession(c *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = c.Close(ctx)
}

// session opens a session outside the pool.
func (s *Store) session(ctx context.Context, statements time.Duration) (*pgx.Conn, error) {
	config, err := s.options.config(statements)
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
