package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Ledger identifies the ledger that a database holds.
type Ledger struct {
	ID   string // of this database's ledger
	Kind string // production or sandbox
	Mark []byte // sealed by the ledger's master key
}

// Ledger reads which ledger the database holds.
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
