package projections

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/mattn/go-sqlite3"
)

// connection is one SQLite connection with its prepared statements, spoken to
// without database/sql, whose pooling and conversions cost as much as the
// statements themselves. One goroutine uses a connection at a time.
//
// Tables have the number of their generation in their names. Statements write
// @ for it: "SELECT position FROM items@" reads items_3 in generation 3.
type connection struct {
	sqlite     *sqlite3.SQLiteConn
	generation int64
	statements map[string]*sqlite3.SQLiteStmt // by SQL as written, of this generation
	arguments  []driver.NamedValue            // scratch
}

// connect opens the database file and applies pragmas. Mode is ro or rw; the
// file must exist.
func connect(path, mode string, pragmas ...string) (*connection, error) {
	uri := url.URL{Scheme: "file", OmitHost: true, Path: path,
		RawQuery: "mode=" + mode + "&_mutex=no&_busy_timeout=5000"}
	opened, err := new(sqlite3.SQLiteDriver).Open(uri.String())
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	c := &connection{sqlite: opened.(*sqlite3.SQLiteConn), statements: map[string]*sqlite3.SQLiteStmt{}}
	for _, pragma := range pragmas {
		if err := c.script("PRAGMA " + pragma); err != nil {
			return nil, errors.Join(fmt.Errorf("open %s: %s: %w", path, pragma, err), c.close())
		}
	}
	return c, nil
}

// use says which generation the statements are about.
func (c *connection) use(generation int64) error {
	if c.generation == generation {
		return nil
	}
	err := c.finalize()
	c.generation = generation
	return err
}

// of puts the generation's tables into a statement.
func of(generation int64, sql string) string {
	return strings.ReplaceAll(sql, "@", "_"+strconv.FormatInt(generation, 10))
}

// script runs statements that take no arguments and are used once.
func (c *connection) script(sql string) error {
	_, err := c.sqlite.Exec(of(c.generation, sql), nil)
	return err
}

// statement returns the prepared form of sql, preparing it at first use.
func (c *connection) statement(sql string) (*sqlite3.SQLiteStmt, error) {
	if s, ok := c.statements[sql]; ok {
		return s, nil
	}
	s, err := c.sqlite.Prepare(of(c.generation, sql))
	if err != nil {
		return nil, err
	}
	c.statements[sql] = s.(*sqlite3.SQLiteStmt)
	return c.statements[sql], nil
}

// exec runs a prepared statement and returns how many rows it changed.
func (c *connection) exec(sql string, args ...value) (int64, error) {
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

// named is a statement's arguments as the driver takes them, until the next
// call.
func (c *connection) named(args []value) []driver.NamedValue {
	c.arguments = c.arguments[:0]
	for i, a := range args {
		c.arguments = append(c.arguments, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.arguments
}

// errStop ends a query early, without an error.
var errStop = errors.New("stop")

// query runs a prepared statement and calls each with every row. The values
// belong to the callee, the slice does not.
func (c *connection) query(ctx context.Context, sql string, args []value, each func([]value) error) (err error) {
	s, err := c.statement(sql)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), c.named(args))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]value, len(rows.Columns()))
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
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

// row returns the first row of a query, nil when there is none. A statement
// that changes rows is run to its end.
func (c *connection) row(sql string, args ...value) (first []value, err error) {
	err = c.query(context.Background(), sql, args, func(row []value) error {
		if first == nil {
			first = append(first, row...)
		}
		return nil
	})
	return first, err
}

// begin opens a transaction that may write, waiting for one of another
// process to end. SQLite's own waiting grows to 100 ms and would starve
// beside a rebuild, which writes nearly all the time.
func (c *connection) begin(ctx context.Context) error {
	for {
		_, err := c.exec("BEGIN IMMEDIATE")
		if !isBusy(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
		}
	}
}

// transact runs f in a transaction: all of it or nothing.
func (c *connection) transact(ctx context.Context, f func() error) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	err := f()
	if err == nil {
		_, err = c.exec("COMMIT")
	}
	if err != nil {
		c.rollback()
	}
	return err
}

// rollback ends a transaction that failed. SQLite may have ended it already,
// and its error about that is ignored.
func (c *connection) rollback() {
	if !c.sqlite.AutoCommit() {
		_, _ = c.exec("ROLLBACK")
	}
}

func (c *connection) finalize() (err error) {
	for _, s := range c.statements {
		err = errors.Join(err, s.Close())
	}
	clear(c.statements)
	return err
}

// close finalizes the statements and closes the connection; an open
// transaction is rolled back.
func (c *connection) close() error { return errors.Join(c.finalize(), c.sqlite.Close()) }

func isBusy(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.Code == sqlite3.ErrBusy
}

// isDamage tells a file that is no database of ours from other faults.
func isDamage(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && (e.Code == sqlite3.ErrCorrupt || e.Code == sqlite3.ErrNotADB || e.Code == sqlite3.ErrFormat)
}

// isForeign reports whether the error comes from tables that are not as this
// program makes them: SQLite rejects a statement about them.
func isForeign(err error) bool {
	var e sqlite3.Error
	return errors.As(err, &e) && e.Code == sqlite3.ErrError
}

// value is a column's value or a statement's argument.
type value = driver.Value

func values(v ...value) []value { return v }
