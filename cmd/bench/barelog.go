package main

import (
	"database/sql/driver"
	"errors"
	"path/filepath"

	"github.com/mattn/go-sqlite3"
)

// pragmas are those of the log.
var pragmas = []string{
	"page_size = 8192", "journal_mode = WAL", "synchronous = FULL", "wal_autocheckpoint = 4000",
	"temp_store = MEMORY", "cache_size = -32768",
}

// connection uses SQLite's driver directly, without database/sql.
type connection struct {
	*sqlite3.SQLiteConn
	insert driver.Stmt
}

// connect opens a database file, creates it with schema unless that is empty,
// and prepares one statement.
func connect(path, schema, insert string) (*connection, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	opened, err := new(sqlite3.SQLiteDriver).Open("file:" + path + "?_mutex=no&_busy_timeout=5000")
	if err != nil {
		return nil, err
	}
	c := &connection{SQLiteConn: opened.(*sqlite3.SQLiteConn)}
	for _, p := range pragmas {
		if err := c.script("PRAGMA " + p); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	if schema != "" {
		if err := c.script(schema); err != nil {
			return nil, errors.Join(err, c.Close())
		}
	}
	if c.insert, err = c.Prepare(insert); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *connection) script(sql string) error {
	_, err := c.Exec(sql, nil)
	return err
}

// execute runs a prepared statement.
func execute(statement driver.Stmt, values ...driver.Value) error {
	_, err := statement.Exec(values) //nolint:staticcheck // the driver has no other way without database/sql
	return err
}

// commit runs f between BEGIN and COMMIT.
func (c *connection) commit(f func() error) error {
	if err := c.script("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := f(); err != nil {
		return errors.Join(err, c.script("ROLLBACK"))
	}
	return c.script("COMMIT")
}
