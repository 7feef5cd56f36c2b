package conn

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
)

// Modes of opening a database. The file must exist in either.
const (
	ReadWrite = "rw"
	ReadOnly  = "ro"
)

// BusyMillis is how long a connection waits for another one's lock, unless a
// pragma says otherwise.
const BusyMillis = 5000

// Conn is one connection with its prepared statements. One goroutine uses a
// connection at a time.
type Conn struct {
	sqlite     *sqlite3.SQLiteConn
	suffix     string                         // what @ stands for in statements
	statements map[string]*sqlite3.SQLiteStmt // by SQL as written
	arguments  []driver.NamedValue            // of the statement being executed
}

// Open opens the database file at an absolute path and applies pragmas.
func Open(path, mode string, pragmas ...string) (*Conn, error) {
	uri := url.URL{Scheme: "file", Path: path,
		RawQuery: fmt.Sprintf("mode=%s&_mutex=no&_busy_timeout=%d", mode, BusyMillis)}
	opened, err := new(sqlite3.SQLiteDriver).Open(uri.String())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	c := &Conn{sqlite: opened.(*sqlite3.SQLiteConn), statements: map[string]*sqlite3.SQLiteStmt{}}
	for _, pragma := range pragmas {
		if err := c.Script("PRAGMA " + pragma); err != nil {
			return nil, errors.Join(fmt.Errorf("open %s: %s: %w", path, pragma, err), c.Close())
		}
	}
	return c, nil
}

// SQLite is the connection as the driver has it.
func (c *Conn) SQLite() *sqlite3.SQLiteConn { return c.sqlite }

// Suffix says what @ stands for in the statements from now on: with _3,
// "SELECT position FROM items@" reads items_3.
func (c *Conn) Suffix(suffix string) error {
	if c.suffix == suffix {
		return nil
	}
	c.suffix = suffix
	return c.forget()
}

func (c *Conn) prepared(sql string) string {
	if c.suffix == "" {
		return sql
	}
	return strings.ReplaceAll(sql, "@", c.suffix)
}

// Script runs statements that take no arguments and are used once.
func (c *Conn) Script(sql string) error {
	_, err := c.sqlite.Exec(c.prepared(sql), nil)
	return err
}

// Statement returns the prepared form of sql, preparing it at first use.
func (c *Conn) Statement(sql string) (*sqlite3.SQLiteStmt, error) {
	if s, ok := c.statements[sql]; ok {
		return s, nil
	}
	s, err := c.sqlite.Prepare(c.prepared(sql))
	if err != nil {
		return nil, err
	}
	c.statements[sql] = s.(*sqlite3.SQLiteStmt)
	return c.statements[sql], nil
}

// Statements lists the SQL of the prepared statements as written.
func (c *Conn) Statements() (list []string) {
	for sql := range c.statements {
		list = append(list, sql)
	}
	return list
}

// Exec runs a prepared statement and returns how many rows it changed.
func (c *Conn) Exec(sql string, args ...driver.Value) (int64, error) {
	s, err := c.Statement(sql)
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(context.Background(), c.named(args))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// ErrStop ends a query early, without an error, when each returns it.
var ErrStop = errors.New("stop")

// Query runs a prepared statement and calls each with every row, until ctx
// ends. The values belong to the callee, the slice does not.
func (c *Conn) Query(ctx context.Context, sql string, args []driver.Value, each func([]driver.Value) error) (err error) {
	s, err := c.Statement(sql)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), c.named(args))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]driver.Value, len(rows.Columns()))
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		switch err := rows.Next(row); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := each(row); err != nil {
			if errors.Is(err, ErrStop) {
				return nil
			}
			return err
		}
	}
}

// Row returns the first row of a query, nil when there is none. A statement
// that changes rows is run to its end.
func (c *Conn) Row(sql string, args ...driver.Value) (first []driver.Value, err error) {
	err = c.Query(context.Background(), sql, args, func(row []driver.Value) error {
		if first == nil {
			first = append(first, row...)
		}
		return nil
	})
	return first, err
}

// named is a statement's arguments as the driver takes them, until the next
// call.
func (c *Conn) named(args []driver.Value) []driver.NamedValue {
	c.arguments = c.arguments[:0]
	for i, value := range args {
		c.arguments = append(c.arguments, driver.NamedValue{Ordinal: i + 1, Value: value})
	}
	return c.arguments
}

// Transact runs f in a transaction: all of it or nothing. It waits for another
// process's transaction to end. SQLite's own waiting grows to 100 ms and would
// starve beside a process that writes nearly all the time.
func (c *Conn) Transact(ctx context.Context, f func() error) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	err := f()
	if err == nil {
		_, err = c.Exec("COMMIT")
	}
	if err != nil {
		c.Rollback()
	}
	return err
}

func (c *Conn) begin(ctx context.Context) error {
	for {
		_, err := c.Exec("BEGIN IMMEDIATE")
		if !Is(err, sqlite3.ErrBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

// Rollback ends a transaction that failed. SQLite may have ended it already,
// and its error about that is ignored.
func (c *Conn) Rollback() {
	if !c.sqlite.AutoCommit() {
		_, _ = c.Exec("ROLLBACK")
	}
}

func (c *Conn) forget() (err error) {
	for _, s := range c.statements {
		err = errors.Join(err, s.Close())
	}
	clear(c.statements)
	return err
}

// Close finalizes the statements and closes the connection; an open
// transaction is rolled back. Closing twice is closing once.
func (c *Conn) Close() error {
	if c.sqlite == nil {
		return nil
	}
	err := errors.Join(c.forget(), c.sqlite.Close())
	c.sqlite = nil
	return err
}

// Is reports whether SQLite failed with one of some codes.
func Is(err error, codes ...sqlite3.ErrNo) bool {
	e, ok := errors.AsType[sqlite3.Error](err)
	return ok && slices.Contains(codes, e.Code)
}
