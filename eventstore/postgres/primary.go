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

// Primary is the server, as it was found when it was looked at last.
type Primary struct {
	Synchronous bool // a commit waits for a standby
}

// Primary is how the server was found. A node that is open for reading does not
// look.
func (s *Store) Primary() Primary {
	if p := s.primary.Load(); p != nil {
		return *p
	}
	return Primary{}
}

// inspect looks at the server's settings, which change while it runs and with
// every failover.
func (s *Store) inspect(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, barrierTime)
	defer cancel()
	var now Primary
	err := s.read(ctx, func(c *pgx.Conn) error {
		return c.QueryRow(ctx, `SELECT current_setting('synchronous_standby_names') <> ''`).Scan(&now.Synchronous)
	})
	if err != nil {
		return fmt.Errorf("look at the server: %w", err)
	}
	was := s.primary.Swap(&now)
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
