//go:build !linux

package conn

import (
	"database/sql/driver"
	"errors"
	"io"

	"github.com/mattn/go-sqlite3"
)

// runAll makes so many runs of a statement and returns their rows, and how much
// of the arguments they took. It takes the driver's calls, because a linker of
// another system may not have SQLite's where this package is linked.
func runAll(s *sqlite3.SQLiteStmt, in []byte, runs, arguments int) (rows []byte, read int, err error) {
	rest, out := Results(in), Runs{}
	for range runs {
		values := make([]driver.Value, arguments)
		for i := range values {
			switch rest[0] {
			case isNull:
				rest = rest[1:]
			case isInt:
				values[i] = rest.Int()
			default:
				values[i] = rest.Text("")
			}
		}
		if err := out.runOne(s, values); err != nil {
			return nil, 0, err
		}
	}
	return out.encoded, len(in) - len(rest), nil
}

func (r *Runs) runOne(s *sqlite3.SQLiteStmt, arguments []driver.Value) (err error) {
	result, err := s.Query(arguments)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, result.Close()) }()
	columns := make([]driver.Value, len(result.Columns()))
	for {
		err := result.Next(columns)
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
			default:
				return errors.New("a column is neither a number nor a text")
			}
		}
	}
}
