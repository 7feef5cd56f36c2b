package eventstore

import (
	"context"
	"time"
)

// PersonRow is data by which a person logs in or stays logged in: never a
// secret itself, but its hash, or its sealed form.
type PersonRow struct {
	Kind      string // kind of data, named by its user
	ID        string // unique within its kind
	Person    string // to whom it belongs
	Value     []byte
	ExpiresAt time.Time // machine time, kept in microseconds; zero: never
}

// People stores the login data of people across restarts: beside the log,
// outside its chain and every feed, but in the backup. A change is durable on
// return. After an error it may or may not have been made.
type People interface {
	// PutPersonRow stores a row and replaces one of the same kind and id.
	PutPersonRow(ctx context.Context, r PersonRow) error

	// PersonRow finds a row, expired or not.
	PersonRow(ctx context.Context, kind, id string) (r PersonRow, ok bool, err error)

	// PersonRows lists the rows of a kind, expired or not, in the order of their ids.
	PersonRows(ctx context.Context, kind string) ([]PersonRow, error)

	// TakePersonRow finds a row and deletes it: of several concurrent callers
	// only one gets it.
	TakePersonRow(ctx context.Context, kind, id string) (r PersonRow, ok bool, err error)

	// SwapPersonRow replaces the value of a row that has a given value, and
	// reports whether it did: of several concurrent callers with the same value
	// only one does.
	SwapPersonRow(ctx context.Context, kind, id string, from, to []byte) (swapped bool, err error)

	// DeletePersonRows deletes the rows of a kind that belong to a person.
	DeletePersonRows(ctx context.Context, kind, person string) error

	// PurgePersonRows deletes the rows that expired before a moment.
	PurgePersonRows(ctx context.Context, before time.Time) error
}
