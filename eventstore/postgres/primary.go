package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// NoStandby describes the consequence of a primary without a synchronous
// standby. The ledger serves nevertheless, since its operators may have wanted
// that for a while.
const NoStandby = "the database has no synchronous standby: an acknowledged payment may be lost in a failover"

// Primary is the state of the server and its users at the last inspection.
type Primary struct {
	Synchronous bool          // a commit waits for a standby
	Ahead       time.Duration // by how much this machine's clock is ahead at least; negative: behind
	Nodes       int           // that were seen within a few seconds, including this one
}

// clockOff is the tolerated difference between this machine's clock and that of
// the database, which gives events their time: the dates of files depend on
// both.
const clockOff = 2 * time.Second

// ClockErr returns an error if this machine's clock is too far off.
func (p Primary) ClockErr() error {
	switch off := p.Ahead.Abs().Round(100 * time.Millisecond); {
	case p.Ahead > clockOff:
		return fmt.Errorf("this machine's clock is %v ahead of the database's", off)
	case p.Ahead < -clockOff:
		return fmt.Errorf("this machine's clock is %v behind the database's", off)
	}
	return nil
}

// Primary returns the result of the last inspection. A store that is open for
// reading does not inspect the server.
func (s *Store) Primary() Primary {
	if p := s.primary.Load(); p != nil {
		return *p
	}
	return Primary{}
}

// inspect reads the server's settings and clock, which may change while it runs
// and with every failover.
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

// keepInspecting inspects until ctx ends. While the server cannot be reached,
// the last result stands; follow reports the outage.
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

// ahead returns by how much this machine's clock is ahead of another one at
// least. The other clock showed there at some time between asked and answered
// on this machine's.
func ahead(there, asked, answered time.Time) time.Duration {
	switch {
	case there.Before(asked):
		return asked.Sub(there)
	case there.After(answered):
		return answered.Sub(there)
	}
	return 0
}
