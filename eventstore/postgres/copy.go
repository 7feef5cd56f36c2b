package postgres

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
)

var (
	_ eventstore.Source = (*Store)(nil)
	_ eventstore.Copy   = (*Store)(nil)
)

// flags are the columns that are booleans here and numbers in other stores.
var flags = map[string]bool{"given_up": true}

// EachRow implements eventstore.Source, in one statement of a session of its own.
func (s *Store) EachRow(ctx context.Context, t eventstore.Table, yield func([]any) error) error {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		if columns[i] = c; flags[c] {
			columns[i] += "::int"
		}
	}
	c, err := s.session(ctx, 0)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	rows, err := c.Query(ctx, "SELECT "+strings.Join(columns, ", ")+" FROM "+t.Name)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		row, err := rows.Values()
		if err == nil {
			err = yield(portable(row))
		}
		if err != nil {
			return err
		}
	}
	return rows.Err()
}

// portable converts the numbers of a row to one size, and copies its bytes.
func portable(row []any) []any {
	for i, v := range row {
		switch v := v.(type) {
		case int32:
			row[i] = int64(v)
		case []byte:
			row[i] = append([]byte{}, v...)
		}
	}
	return row
}

// AddEvents implements eventstore.Copy: it adds events of another log, byte for
// byte. No other process may write to the database meanwhile.
func (s *Store) AddEvents(ctx context.Context, events []eventstore.Recorded) error {
	head := s.known().Head
	t := &transaction{events: events}
	var chain eventstore.Chain
	newest := 0 // newest vocabulary of the events
	for i := range events {
		e := &events[i]
		var err error
		if head, err = chain.Follow(head, e); err != nil {
			return err
		}
		newest = max(newest, s.options.Introduced(e.Type))
	}
	rows := eventArrays(t)
	times := rows[8].([]int64)
	for i := range events {
		times[i] = events[i].RecordedAt.UnixMicro()
	}
	err := s.change("add events", func(b *pgx.Batch) {
		b.Queue(takeLock)
		b.Queue(insertEvents+` ON CONFLICT DO NOTHING`, rows...) // repeated if the response was lost
		b.Queue(setVocabulary, newest)
	})
	if err != nil {
		return err
	}
	return s.barriers.do(ctx, s.barrier)
}

// AddRows implements eventstore.Copy.
func (s *Store) AddRows(_ context.Context, t eventstore.Table, rows [][]any) error {
	places := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		if places[i] = fmt.Sprintf("$%d", i+1); flags[c] {
			places[i] += "::int::boolean"
		}
	}
	sql := "INSERT INTO " + t.Name + "(" + strings.Join(t.Columns, ", ") + ") VALUES(" + strings.Join(places, ", ") + ") ON CONFLICT DO NOTHING"
	return s.change("add rows", func(b *pgx.Batch) {
		for _, row := range rows {
			b.Queue(sql, row...)
		}
	})
}
