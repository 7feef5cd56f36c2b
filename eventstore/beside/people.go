package beside

import (
	"context"
	"time"

	"github.com/achledger/achledger/eventstore"
)

var _ eventstore.People = Tables{}

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
func (t Tables) PutPersonRow(ctx context.Context, r eventstore.PersonRow) error {
	_, err := t.db.Exec(ctx, putPersonRow, r.Kind, r.ID, r.Person, r.Value, micros(r.ExpiresAt))
	return err
}

// PersonRow implements People.
func (t Tables) PersonRow(ctx context.Context, kind, id string) (eventstore.PersonRow, bool, error) {
	return find(ctx, t, "a row of a person", readPersonRow, selectPersonRow, kind, id)
}

// PersonRows implements People.
func (t Tables) PersonRows(ctx context.Context, kind string) ([]eventstore.PersonRow, error) {
	return collect(ctx, t, "the rows of people", readPersonRow, selectPersonRows, kind)
}

func readPersonRow(scan Scan) (r eventstore.PersonRow, err error) {
	var expires int64
	err = scan(&r.Kind, &r.ID, &r.Person, &r.Value, &expires)
	r.ExpiresAt = instant(expires)
	return r, err
}

// TakePersonRow implements People. If the response to the deletion is lost, no
// caller gets the row.
func (t Tables) TakePersonRow(ctx context.Context, kind, id string) (eventstore.PersonRow, bool, error) {
	r, ok, err := t.PersonRow(ctx, kind, id)
	if err != nil || !ok {
		return r, false, err
	}
	deleted, err := t.db.Exec(ctx, deletePersonRow, kind, id, r.Value)
	return r, deleted > 0 && err == nil, err
}

// SwapPersonRow implements People.
func (t Tables) SwapPersonRow(ctx context.Context, kind, id string, from, to []byte) (bool, error) {
	swapped, err := t.db.Exec(ctx, swapPersonRow, kind, id, from, to)
	return swapped > 0 && err == nil, err
}

// DeletePersonRows implements People.
func (t Tables) DeletePersonRows(ctx context.Context, kind, person string) error {
	_, err := t.db.Exec(ctx, deletePersonRows, kind, person)
	return err
}

// PurgePersonRows implements People.
func (t Tables) PurgePersonRows(ctx context.Context, before time.Time) error {
	_, err := t.db.Exec(ctx, purgePersonRows, before.UnixMicro())
	return err
}
