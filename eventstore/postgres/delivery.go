package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ErrSwitched says that another node set the delivery switch meanwhile.
var ErrSwitched = errors.New("the delivery switch was set elsewhere meanwhile: look how it stands")

// Delivery returns the stored content of the delivery switch, nil if it was
// never set, and how often it was changed.
func (s *Store) Delivery(ctx context.Context) (content []byte, version int64, err error) {
	err = s.read(ctx, func(c *pgx.Conn) error {
		return c.QueryRow(ctx, `SELECT version, content FROM delivery`).Scan(&version, &content)
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read the delivery switch: %w", err)
	}
	return content, version, nil
}

// SetDelivery replaces the content of the switch, which must have the version
// was, and returns when that is durable. If is equals was, only the content
// changes. A change of the version is made between two appends: everything that
// was written under the old version is in the log when it returns. ErrSwitched
// if another node was first.
func (s *Store) SetDelivery(was, is int64, content []byte) error {
	err := s.change("write the delivery switch", func(b *pgx.Batch) {
		if was != is {
			b.Queue(takeLock)
		}
		b.Queue(`UPDATE delivery SET version = $2, content = $3 WHERE version = $1`, was, is, content)
	})
	if err != nil {
		return err
	}
	ctx, cancel := brief()
	defer cancel()
	got, version, err := s.Delivery(ctx)
	if err == nil && (version != is || string(got) != string(content)) {
		err = ErrSwitched
	}
	return err
}
