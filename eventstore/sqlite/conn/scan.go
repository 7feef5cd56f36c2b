package conn

import (
	"database/sql/driver"
	"reflect"
	"time"
)

// Scan reads the columns of a row, each into a variable of its meaning: instants
// from microseconds, where 0 is the zero time, flags from 0 and 1. NULL leaves the
// variable as it is; a nil variable skips its column. A column of another type is
// a mistake of the query, and panics.
func Scan(row []driver.Value, into ...any) {
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
			if *to = (time.Time{}); row[i].(int64) != 0 {
				*to = time.UnixMicro(row[i].(int64)).UTC()
			}
		case *[]byte:
			*to = row[i].([]byte)
		default: // a kind of text
			reflect.ValueOf(to).Elem().SetString(row[i].(string))
		}
	}
}
