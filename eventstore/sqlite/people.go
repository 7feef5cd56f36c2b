package sqlite

import (
	"context"
	"database/sql/driver"
	"fmt"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

var _ eventstore.People = (*Store)(nil)

const (
	putPersonRow     = `INSERT OR REPLACE INTO people(kind, id, person, value, expires_at) VALUES(?1, ?2, ?3, ?4, ?5)`
	selectPersonRow  = `SELECT kind, id, person, value, expires_at FROM people WHERE kind = ?1 AND id = ?2`
	selectPersonRows = `SELECT kind, id, person, value, expires_at FROM people WHERE kind = ?1 ORDER BY id`
	deletePersonRow  = `DELETE FROM people WHERE kind = ?1 AND id = ?2`
	swapPersonRow    = `UPDATE people SET value = ?4 WHERE kind = ?1 AND id = ?2 AND value = ?3`
	deletePersonRows = `DELETE FROM people WHERE kind = ?1 AND person = ?2`
	purgePersonRows  = `DELETE FROM people WHERE expires_at > 0 AND expires_at < ?1`
)

// PutPersonRow implements People.
func (s *Store) PutPersonRow(ctx context.Context, r eventstore.PersonRow) error {
	_, err := s.exec(ctx, putPersonRow, r.Kind, r.ID, r.Person, r.Value, expiry(r.ExpiresAt))
	return err
}

// PersonRow implements People.
func (s *Store) PersonRow(ctx context.Context, kind, id string) (r eventstore.PersonRow, ok bool, err error) {
	err = s.readers.Use(ctx, func(c *conn.Conn) error {
		r, ok, err = findPersonRow(c, kind, id)
		return err
	})
	if err != nil {
		return eventstore.PersonRow{}, false, fmt.Errorf("read a row of a person: %w", err)
	}
	return r, ok, nil
}

// PersonRows implements People.
func (s *Store) PersonRows(ctx context.Context, kind string) (list []eventstore.PersonRow, err error) {
	err = s.readers.Use(ctx, func(c *conn.Conn) error {
		return c.Query(ctx, selectPersonRows, []driver.Value{kind}, func(row []driver.Value) error {
			list = append(list, personRow(row))
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read the rows of people: %w", err)
	}
	return list, nil
}

// TakePersonRow implements People.
func (s *Store) TakePersonRow(ctx context.Context, kind, id string) (r eventstore.PersonRow, ok bool, err error) {
	err = s.beside(ctx, func(c *conn.Conn) (err error) {
		if r, ok, err = findPersonRow(c, kind, id); ok {
			_, err = c.Exec(deletePersonRow, kind, id)
		}
		return err
	})
	return r, ok && err == nil, err
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

func findPersonRow(c *conn.Conn, kind, id string) (r eventstore.PersonRow, ok bool, err error) {
	row, err := c.Row(selectPersonRow, kind, id)
	if err != nil || row == nil {
		return r, false, err
	}
	return personRow(row), true, nil
}

func personRow(row []driver.Value) (r eventstore.PersonRow) {
	conn.Scan(row, &r.Kind, &r.ID, &r.Person, &r.Value, &r.ExpiresAt)
	return r
}

// expiry converts an instant to its form in the table; 0 for never.
func expiry(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}
