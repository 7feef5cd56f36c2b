package projections

import (
	"context"
	"slices"
	"time"

	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// scan reads the columns of a row by name; see conn.Scan.
func scan(row []value, into ...any) { conn.Scan(row, into...) }

// rowsOf runs a query and returns its rows, each decoded by read.
func rowsOf[T any](ctx context.Context, v *Views, sql string, args []value, read func(row []value, to *T)) (list []T, err error) {
	err = v.read(ctx, func(s snapshot) (err error) {
		list, err = collect(s, sql, args, read)
		return err
	})
	return list, err
}

// collect is rowsOf within a snapshot.
func collect[T any](s snapshot, sql string, args []value, read func(row []value, to *T)) (list []T, err error) {
	err = s.query(sql, args, func(row []value) error {
		var one T
		read(row, &one)
		list = append(list, one)
		return nil
	})
	return list, err
}

// column returns the first column of the rows of a query.
func column[T any](s snapshot, sql string, args ...value) ([]T, error) {
	return collect(s, sql, args, func(row []value, to *T) { scan(row, to) })
}

// first returns the first of the rows that a query found.
func first[T any](rows []T, err error) (one T, ok bool, _ error) {
	if err != nil || len(rows) == 0 {
		return one, false, err
	}
	return rows[0], true, nil
}

// each calls read with every row of a query.
func (v *Views) each(ctx context.Context, sql string, args []value, read func(row []value)) error {
	return v.read(ctx, func(s snapshot) error {
		return s.query(sql, args, func(row []value) error {
			read(row)
			return nil
		})
	})
}

// eachOf is each for one query per key, with the key as its argument.
func (v *Views) eachOf(ctx context.Context, sql string, keys []string, read func(key string, row []value)) error {
	return v.read(ctx, func(s snapshot) error {
		for _, key := range slices.Compact(slices.Sorted(slices.Values(keys))) {
			err := s.query(sql, values(key), func(row []value) error {
				read(key, row)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// nextTime returns the instant that a query for the first one after now finds,
// if there is one.
func (v *Views) nextTime(ctx context.Context, sql string, now time.Time) (at time.Time, ok bool, err error) {
	err = v.each(ctx, sql, values(micros(now)), func(row []value) {
		if ok = row[0] != nil; ok {
			at = instant(row[0].(int64))
		}
	})
	return at, ok, err
}
