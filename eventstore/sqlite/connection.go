package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/mattn/go-sqlite3"
)

// connection is one SQLite connection with its prepared statements, spoken to
// without database/sql: on the accept path its pooling and conversions cost
// as much as the insert itself. One goroutine uses a connection at a time.
type connection struct {
	sqlite     *sqlite3.SQLiteConn
	statements map[string]*sqlite3.SQLiteStmt
	arguments  []driver.NamedValue // of the statement being executed
}

// The ways a connection is opened.
const (
	readWrite = "rw" // the file must exist: create makes it first
	readOnly  = "ro"
)

// busyMillis is how long a connection waits for another one's lock.
const busyMillis = 5000

// connect opens the database file at an absolute path and applies pragmas.
func connect(path, mode string, pragmas ...string) (*connection, error) {
	uri := url.URL{Scheme: "file", OmitHost: true, Path: path,
		RawQuery: fmt.Sprintf("mode=%s&_mutex=no&_busy_timeout=%d", mode, busyMillis)}
	opened, err := new(sqlite3.SQLiteDriver).Open(uri.String())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	c := &connection{sqlite: opened.(*sqlite3.SQLiteConn), statements: map[string]*sqlite3.SQLiteStmt{}}
	for _, pragma := range pragmas {
		if err := c.script("PRAGMA " + pragma); err != nil {
			c.close()
			return nil, fmt.Errorf("open %s: %s: %w", path, pragma, err)
		}
	}
	return c, nil
}

// script runs statements that take no arguments and are used once.
func (c *connection) script(sql string) error {
	_, err := c.sqlite.Exec(sql, nil)
	return err
}

// statement returns the prepared form of sql, preparing it at first use.
func (c *connection) statement(sql string) (*sqlite3.SQLiteStmt, error) {
	if s, ok := c.statements[sql]; ok {
		return s, nil
	}
	s, err := c.sqlite.Prepare(sql)
	if err != nil {
		return nil, err
	}
	c.statements[sql] = s.(*sqlite3.SQLiteStmt)
	return c.statements[sql], nil
}

// exec runs a prepared statement and returns how many rows it changed.
func (c *connection) exec(sql string, args ...driver.Value) (int64, error) {
	s, err := c.statement(sql)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(context.Background(), c.named(args))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// query runs a prepared statement and calls each with every row. The values
// belong to the callee, the slice does not. errStop ends it without an error.
func (c *connection) query(sql string, args []driver.Value, each func([]driver.Value) error) (err error) {
	s, err := c.statement(sql)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), c.named(args))
	if err != nil {
		return err
	}
	defer func() {
		if closed := rows.Close(); err == nil {
			err = closed
		}
	}()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		switch err := rows.Next(row); {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		switch err := each(row); {
		case err == errStop:
			return nil
		case err != nil:
			return err
		}
	}
}

// named is a statement's arguments as the driver takes them, until the next
// call.
func (c *connection) named(args []driver.Value) []driver.NamedValue {
	c.arguments = c.arguments[:0]
	for i, value := range args {
		c.arguments = append(c.arguments, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return c.arguments
}

// errStop ends a query early.
var errStop = errors.New("stop")

// row returns the first row of a query, nil when there is none.
func (c *connection) row(sql string, args ...driver.Value) ([]driver.Value, error) {
	var first []driver.Value
	err := c.query(sql, args, func(row []driver.Value) error {
		first = append(first, row...)
		return errStop
	})
	return first, err
}

// close finalizes the statements and closes the connection; an open
// transaction is rolled back. Closing twice is closing once.
func (c *connection) close() error {
	if c.sqlite == nil {
		return nil
	}
	var errs []error
	for _, s := range c.statements {
		errs = append(errs, s.Close())
	}
	errs = append(errs, c.sqlite.Close())
	c.sqlite, c.statements = nil, nil
	return errors.Join(errs...)
}
