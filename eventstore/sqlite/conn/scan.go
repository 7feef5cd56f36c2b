package conn

import (
	"bytes"
	"database/sql/driver"
	"fmt"
	"reflect"
	"time"
)

// Scan reads the columns of a row, each into a variable of its meaning: instants
// from microseconds, where 0 is the zero time, flags from 0 and 1. NULL leaves the
// variable as it is; a nil variable skips its column. A column of another type is
// a mistake of the query, and panics.
func Scan(row []driver.Value, into ...any) {
	for i, to := range into {
		if to == nil {
			continue
		}
		switch value := row[i].(type) {
		case nil:
		case int64:
			setInt(to, value)
		case string:
			setText(to, value)
		default:
			*to.(*[]byte) = value.([]byte)
		}
	}
}

// Scan reads the next columns, as the function Scan does.
func (r *Results) Scan(into ...any) {
	for _, to := range into {
		switch kind := (*r)[0]; {
		case to == nil || kind == isNull:
			r.Skip()
		case kind == isInt:
			setInt(to, r.Int())
		case kind == isText:
			setText(to, r.Text(""))
		default:
			*to.(*[]byte) = bytes.Clone(r.Blob())
		}
	}
}

func setInt(to any, n int64) {
	switch to := to.(type) {
	case *int64:
		*to = n
	case *int:
		*to = int(n)
	case *bool:
		*to = n != 0
	case *time.Time:
		if *to = (time.Time{}); n != 0 {
			*to = time.UnixMicro(n).UTC()
		}
	default:
		panic(fmt.Sprintf("a number for a %T", to))
	}
}

func setText(to any, text string) {
	if to, ok := to.(*string); ok {
		*to = text
		return
	}
	reflect.ValueOf(to).Elem().SetString(text) // a kind of text
}
