package eventstore

import "context"

// Table is a table beside the events, with names that are the same in every
// store.
type Table struct {
	Name    string
	Columns []string
}

// BesideEvents are the tables that a copy of a ledger includes: without them a
// repeated request would be carried out twice, and people and clients would
// have to log in again. The other tables beside the events are only valid in
// their own database.
var BesideEvents = []Table{
	{"idempotency", []string{"client", "scope", "key", "request_hash", "first", "last", "at"}},
	{"tokens", []string{"hash", "kind", "credential", "client", "scopes", "expires_at"}},
	{"people", []string{"kind", "id", "person", "value", "expires_at"}},
	{"webhooks", []string{"webhook", "position", "ordinal", "orders"}},
	{"webhook_waiting", []string{"webhook", "position", "ordinal", "type", "tries", "first_at", "next_at", "status", "failure", "given_up"}},
	{"webhook_rounds", []string{"webhook", "number", "attempts"}},
}

// Source is a store that can be copied while no process writes to it.
type Source interface {
	Head(ctx context.Context) (Head, error)
	ReadAll(ctx context.Context, after int64, limit int) ([]Recorded, error)
	// EachRow calls yield with every row of a table: strings, bytes and
	// integers. Yield may keep them.
	EachRow(ctx context.Context, t Table, yield func(row []any) error) error
}

// Copy is a log that is filled with the events of another one, byte for byte.
type Copy interface {
	Head(ctx context.Context) (Head, error)
	// AddEvents adds events that follow the head, durably.
	AddEvents(ctx context.Context, events []Recorded) error
	// AddRows adds those rows of a table that do not exist yet, durably.
	AddRows(ctx context.Context, t Table, rows [][]any) error
}

const (
	copiedEvents = 1000
	copiedRows   = 500
)

// CopyTo copies the events that the copy does not have yet, and then the tables
// beside them. It may be repeated after an interruption. Progress is called
// with numbers of events.
func CopyTo(ctx context.Context, to Copy, from Source, progress func(done, total int64)) error {
	end, err := from.Head(ctx)
	if err != nil {
		return err
	}
	at, err := to.Head(ctx)
	if err != nil {
		return err
	}
	for at.Position < end.Position {
		events, err := from.ReadAll(ctx, at.Position, copiedEvents)
		if err != nil {
			return err
		}
		if err := to.AddEvents(ctx, events); err != nil {
			return err
		}
		if at, err = to.Head(ctx); err != nil {
			return err
		}
		progress(at.Position, end.Position)
	}
	for _, t := range BesideEvents {
		if err := copyRows(ctx, to, from, t); err != nil {
			return err
		}
	}
	return nil
}

func copyRows(ctx context.Context, to Copy, from Source, t Table) error {
	var rows [][]any
	err := from.EachRow(ctx, t, func(row []any) error {
		if rows = append(rows, row); len(rows) < copiedRows {
			return nil
		}
		err := to.AddRows(ctx, t, rows)
		rows = rows[:0]
		return err
	})
	if err != nil || len(rows) == 0 {
		return err
	}
	return to.AddRows(ctx, t, rows)
}
