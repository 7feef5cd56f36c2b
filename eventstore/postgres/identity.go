package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// selectIdentity returns the database cluster and its timeline: a failover
// begins a new timeline, and so does a restore to an earlier time.
const selectIdentity = `SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' ||
	substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)`

// Identity distinguishes databases that hold copies of one log.
func (s *Store) Identity(ctx context.Context) (identity string, err error) {
	err = s.read(ctx, func(c *pgx.Conn) error { return c.QueryRow(ctx, selectIdentity).Scan(&identity) })
	if err != nil {
		return "", fmt.Errorf("read which database this is: %w", err)
	}
	return identity, nil
}
