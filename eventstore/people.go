package eventstore

import (
	"context"
	"time"
)

// PersonRow is something by which a person signs in or stays signed in: never
// a secret itself, but its hash, or sealed.
type PersonRow struct {
	Kind      string // what it is; its user's to name
	ID        string // within its kind
	Person    string // whose it is
	Value     []byte
	ExpiresAt time.Time // machine time, kept in microseconds; zero: never
}

// People keeps what people sign in with across restarts: beside the log, outside its
// chain and every feed, in the backup. A change is durable on return. After an
// error it may have been made or not.
type People interface {
	// PutPersonRow keeps a row; one of the same kind and id is replaced.
	PutPersonRow(ctx context.Context, r PersonRow) error

	// PersonRow finds a row, expired or not.
	PersonRow(ctx context.Context, kind, id string) (r PersonRow, ok bool, err error)

	// PersonRows lists the rows of a kind, expired or not, in the order of their ids.
	PersonRows(ctx context.Context, kind string) ([]PersonRow, error)

	// TakePersonRow finds a row and deletes it: of all who take it one gets it.
	TakePersonRow(ctx context.Context, kind, id string) (r PersonRow, ok bool, err error)

	// SwapPersonRow puts another value in a row that has this one, and reports
	// whether it did: of all who swap the same value one does.
	SwapPersonRow(ctx context.Context, kind, id string, from, to []byte) (swapped bool, err error)

	// DeletePersonRows deletes the rows of a kind that are a person's.
	DeletePersonRows(ctx context.Context, kind, person string) error

	// PurgePersonRows deletes the rows that expired before a moment.
	PurgePersonRows(ctx context.Context, before time.Time) error
}
