package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// NoStandby is what a primary without a synchronous standby means. It is no
// reason to serve nothing: who runs the cluster may have wanted it for a while.
const NoStandby = "the database has no synchronous standby: an acknowledged payment may be lost in a failover"

// Primary is the server, and who uses it, as it was found when it was looked at
// last.
type Primary struct {
	Synchronous bool          // a commit waits for a standby
	Ahead       time.Duration // this machine's clock is, by so much at least; below zero it is behind
	Nodes       int           // that were there within a few seconds, this one included
}

// clockOff is how far this machine's clock may be off the database's, which
// says when events were recorded: the dates of files follow from both.
const clockOff = 2 * time.Second

// ClockErr reports that this machine's clock is too far off.
func (p Primary) ClockErr() error {
	switch off := p.Ahead.Abs().Round(100 * time.Millisecond); {
	case p.Ahead > clockOff:
		return fmt.Errorf("this machine's clock is %v ahead of the database's", off)
	case p.Ahead < -clockOff:
		return fmt.Errorf("this machine's clock is %v behind the database's", off)
	}
	return nil
}

// Primary is how the server was found. A node that is open for reading does not
// look.
func (s *Store) Primary() Primary {
	if p := s.primary.Load(); p != nil {
		return *p
	}
	return Primary{}
}

// inspect looks at the server's settings and clock, which change while it runs and with
// every failover.
func (s *Store) inspect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, barrierTime)
	defer cancel()
	var now Primary
	err := s.read(ctx, func(c *pgx.Conn) error {
		var there time.Time
		asked := s.options.Now()
		err := c.QueryRow(ctx, `SELECT current_setting('synchronous_standby_names') <> '', clock_timestamp(),
			(SELECT count(*) FROM nodes WHERE seen > clock_timestamp() - interval '5 seconds')`).Scan(&now.Synchronous, &there, &now.Nodes)
		now.Ahead = ahead(there, asked, s.options.Now())
		return err
	})
	if err != nil {
		return fmt.Errorf("look at the server: %w", err)
	}
	was := s.primary.Swap(&now)
	if err := now.ClockErr(); err != nil && (was == nil || was.ClockErr() == nil) {
		s.options.Log.Error("this node is not ready", "err", err)
	}
	switch {
	case !now.Synchronous && (was == nil || was.Synchronous):
		s.options.Log.Warn(NoStandby)
	case now.Synchronous && was != nil && !was.Synchronous:
		s.options.Log.Info("the database has a synchronous standby")
	}
	return nil
}

// keepInspecting looks until ctx ends. While the server is away, what was found
// before stands; follow says that it is away.
func (s *Store) keepInspecting(ctx context.Context) {
	tick := time.NewTicker(s.options.Inspect)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			_ = s.inspect(ctx)
		}
	}
}

// ahead is by how much this machine's clock is ahead of another one at least,
// which showed a time between asking and answer.
func ahead(there, asked, answered time.Time) time.Duration {
	switch {
	case there.Before(asked):
		return asked.Sub(there)
	case there.After(answered):
		return answered.Sub(there)
	}
	return 0
}
