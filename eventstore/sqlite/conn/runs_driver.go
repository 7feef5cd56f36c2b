package conn

import (
	"database/sql/driver"
	"errors"
	"io"

	"github.com/mattn/go-sqlite3"
)

// runByDriver is runAll with the driver's calls only. Systems other than Linux
// use it, and the tests, to see that both do the same.
func runByDriver(s *sqlite3.SQLiteStmt, in []byte, runs, arguments, enough int, take func(Results) error) (read int, err error) {
	rest, out := Results(in), Runs{}
	for range runs {
		values := make([]driver.Value, arguments)
		for i := range values {
			if len(rest) == 0 {
				return 0, sqlite3.Error{Code: sqlite3.ErrMisuse}
			}
			values[i] = rest.value()
		}
		if err := out.runOne(s, values, enough); err != nil {
			return 0, err
		}
	}
	return len(in) - len(rest), take(out.encoded)
}

// value reads an argument.
func (r *Results) value() driver.Value {
	switch (*r)[0] {
	case isNull:
		*r = (*r)[1:]
		return nil
	case isInt:
		return r.Int()
	case isBlob:
		return append([]byte{}, r.bytes()...)
	default:
		return r.Text("")
	}
}

func (r *Runs) runOne(s *sqlite3.SQLiteStmt, arguments []driver.Value, enough int) (err error) {
	result, err := s.Query(arguments)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, result.Close()) }()
	columns := make([]driver.Value, len(result.Columns()))
	for {
		err := io.EOF
		if len(r.encoded) < enough {
			err = result.Next(columns)
		}
		if errors.Is(err, io.EOF) {
			if len(columns) > 0 {
				r.encoded = append(r.encoded, endOfRun)
			}
			return nil
		}
		if err != nil {
			return err
		}
		for _, value := range columns {
			switch value := value.(type) {
			case nil:
				r.encoded = append(r.encoded, isNull)
			case int64:
				r.Int(value)
			case string:
				r.Text(value)
			case []byte:
				r.Blob(value)
			default:
				return sqlite3.Error{Code: sqlite3.ErrMismatch}
			}
		}
	}
}
