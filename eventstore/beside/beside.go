// Package beside keeps what a store holds beside the log and outside its chain:
// tokens, the rows of people, and the progress of webhooks. Both stores have
// these tables, and their statements are the same.
package beside

import (
	"context"
	"fmt"
	"time"
)

// Database is a store's way to its tables. Statements have their arguments as
// $1, $2: texts, bytes, flags and whole numbers.
type Database interface {
	// Rows calls each with every row of a query. Before the first it calls
	// begin, and again when it starts over because its session broke.
	Rows(ctx context.Context, begin func(), each func(scan Scan) error, sql string, args ...any) error

	// Exec runs a statement and returns how many rows it changed.
	Exec(ctx context.Context, sql string, args ...any) (changed int64, err error)

	// Change runs statements in one transaction.
	Change(ctx context.Context, statements []Statement) error
}

// Scan reads the columns of a row.
type Scan func(into ...any) error

// Statement is a statement with its arguments.
type Statement struct {
	SQL  string
	Args []any
}

// Tables implements eventstore.Tokens, People and Webhooks.
type Tables struct {
	db        Database
	selectDue string
}

// New returns the tables of a database. Tried is the condition, in the words of
// its index, of the messages of a webhook that are tried again by themselves.
func New(db Database, tried string) Tables {
	return Tables{db, waitingColumns + `WHERE webhook = $1 AND ` + tried + ` ORDER BY next_at, position, ordinal LIMIT $2`}
}

// collect returns the rows of a query, each read by read. An error says what was
// read.
func collect[T any](ctx context.Context, t Tables, what string, read func(Scan) (T, error), sql string, args ...any) (list []T, err error) {
	err = t.db.Rows(ctx, func() { list = nil }, func(scan Scan) error {
		one, err := read(scan)
		list = append(list, one)
		return err
	}, sql, args...)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", what, err)
	}
	return list, nil
}

// find is collect for a query of one row at most.
func find[T any](ctx context.Context, t Tables, what string, read func(Scan) (T, error), sql string, args ...any) (one T, ok bool, err error) {
	list, err := collect(ctx, t, what, read, sql, args...)
	if err != nil || len(list) == 0 {
		return one, false, err
	}
	return list[0], true, nil
}

// micros is an instant as the tables have it; 0 for the zero time.
func micros(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return at.UnixMicro()
}

// instant is the inverse of micros.
func instant(micros int64) time.Time {
	if micros == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micros).UTC()
}
