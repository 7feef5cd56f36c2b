package projections

import (
	"context"
	"reflect"
	"time"
)

// scan reads the columns of a row, each into what it stands for: instants from
// microseconds, flags from 0 and 1. NULL leaves what is there; nil skips a
// column.
func scan(row []value, into ...any) {
	for i, to := range into {
		if row[i] == nil || to == nil {
			continue
		}
		switch to := to.(type) {
		case *string:
			*to = row[i].(string)
		case *int64:
			*to = row[i].(int64)
		case *int:
			*to = int(row[i].(int64))
		case *bool:
			*to = row[i].(int64) != 0
		case *time.Time:
			*to = instant(row[i].(int64))
		case *[]byte:
			*to = row[i].([]byte)
		default: // a kind of text
			reflect.ValueOf(to).Elem().SetString(row[i].(string))
		}
	}
}

// rowsOf answers a query's rows, each as read finds it.
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
