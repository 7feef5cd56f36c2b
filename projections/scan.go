package projections

import (
	"context"

	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// scan reads the columns of a row by name; see conn.Scan.
func scan(row []value, into ...any) { conn.Scan(row, into...) }

// rowsOf runs a query and returns its rows, each decoded by read.
func rowsOf[T any](ctx context.Context, v *Views, sql string, args []value, read func(row []value, to *T)) (list []T, err error) {
	err = v.read(ctx, func(s snapshot) error {
		return s.query(sql, args, func(row []value) error {
			var one T
			read(row, &one)
			list = append(list, one)
			return nil
		})
	})
	return list, err
}
