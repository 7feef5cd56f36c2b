package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
)

var _ eventstore.People = (*Store)(nil)

const (
	putPersonRow = `INSERT INTO people(kind, id, person, value, expires_at) VALUES($1, $2, $3, $4, $5)
		ON CONFLICT(kind, id) DO UPDATE SET person = excluded.person, value = excluded.value, expires_at = excluded.expires_at`
	selectPersonRow  = `SELECT kind, id, person, value, expires_at FROM people WHERE kind = $1 AND id = $2`
	selectPersonRows = `SELECT kind, id, person, value, expires_at FROM people WHERE kind = $1 ORDER BY id`
	deletePersonRow  = `DELETE FROM people WHERE kind = $1 AND id = $2 AND value = $3`
	swapPersonRow    = `UPDATE people SET value = $4 WHERE kind = $1 AND id = $2 AND value = $3`
	deletePersonRows = `DELETE FROM people WHERE kind = $1 AND person = $2`
	purgePersonRows  = `DELETE FROM people WHERE expires_at > 0 AND expires_at < $1`
)

// PutPersonRow implements People.
func (s *Store) PutPersonRow(ctx context.Context, r eventstore.PersonRow) error {
	expires := int64(0)
	if !r.ExpiresAt.IsZero() {
		expires = r.ExpiresAt.UnixMicro()
	}
	_, err := s.exec(ctx, putPersonRow, r.Kind, r.ID, r.Person, r.Value, expires)
	return err
}

// PersonRow implements People.
func (s *Store) PersonRow(ctx context.Context, kind, id string) (r eventstore.PersonRow, ok bool, err error) {
	err = s.query(ctx, func(rows pgx.Rows) error {
		if ok = rows.Next(); !ok {
			return nil
		}
		r, err = scanPersonRow(rows)
		return err
	}, selectPersonRow, kind, id)
	if err != nil {
		return eventstore.PersonRow{}, false, fmt.Errorf("read a row of a person: %w", err)
	}
	return r, ok, nil
}

// PersonRows implements People.
func (s *Store) PersonRows(ctx context.Context, kind string) ([]eventstore.PersonRow, error) {
	list, err := rowsOf(ctx, s, scanPersonRow, selectPersonRows, kind)
	if err != nil {
		return nil, fmt.Errorf("read the rows of people: %w", err)
	}
	return list, nil
}

func scanPersonRow(row pgx.CollectableRow) (r eventstore.PersonRow, err error) {
	var expires int64
	err = row.Scan(&r.Kind, &r.ID, &r.Person, &r.Value, &expires)
	if expires > 0 {
		r.ExpiresAt = time.UnixMicro(expires).UTC()
	}
	return r, err
}

// TakePersonRow implements People. If the response to the deletion is lost, no
// caller gets the row.
func (s *Store) TakePersonRow(ctx context.Context, kind, id string) (eventstore.PersonRow, bool, error) {
	r, ok, err := s.PersonRow(ctx, kind, id)
	if err != nil || !ok {
		return r, false, err
	}
	deleted, err := s.exec(ctx, deletePersonRow, kind, id, r.Value)
	return r, deleted > 0 && err == nil, err
}

// SwapPersonRow implements People.
func (s *Store) SwapPersonRow(ctx context.Context, kind, id string, from, to []byte) (bool, error) {
	swapped, err := s.exec(ctx, swapPersonRow, kind, id, from, to)
	return swapped > 0 && err == nil, err
}

// DeletePersonRows implements People.
func (s *Store) DeletePersonRows(ctx context.Context, kind, person string) error {
	_, err := s.exec(ctx, deletePersonRows, kind, person)
	return err
}

// PurgePersonRows implements People.
func (s *Store) PurgePersonRows(ctx context.Context, before time.Time) error {
	_, err := s.exec(ctx, purgePersonRows, before.UnixMicro())
	return err
}
