package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Ledger is which ledger a database holds.
type Ledger struct {
	ID   string // of the ledger in this place
	Kind string // production or sandbox
	Mark []byte // sealed by the master key that belongs here
}

// Ledger says which ledger the database holds.
func (s *Store) Ledger(ctx context.Context) (l Ledger, err error) {
	err = s.read(ctx, func(c *pgx.Conn) (err error) {
		l, err = readLedger(ctx, c)
		return err
	})
	if err != nil {
		return l, fmt.Errorf("read which ledger the database holds: %w", err)
	}
	return l, nil
}

func readLedger(ctx context.Context, in interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}) (l Ledger, err error) {
	err = in.QueryRow(ctx, `SELECT id, kind, mark FROM ledger`).Scan(&l.ID, &l.Kind, &l.Mark)
	return l, err
}
