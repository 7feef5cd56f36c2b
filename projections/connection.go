package projections

import (
	"database/sql/driver"
	"strconv"
	"strings"

	"github.com/mattn/go-sqlite3"

	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// Tables have the number of their generation in their names. Statements write
// @ for it: "SELECT position FROM items@" reads items_3 in generation 3.

// of replaces @ by the number of a generation in a statement.
func of(generation int64, sql string) string {
	return strings.ReplaceAll(sql, "@", "_"+strconv.FormatInt(generation, 10))
}

// isDamage reports whether an error means that the file is not a valid
// database.
func isDamage(err error) bool {
	return conn.Is(err, sqlite3.ErrCorrupt, sqlite3.ErrNotADB, sqlite3.ErrFormat)
}

// isForeign reports whether an error means that the tables are not those that
// this program makes: SQLite rejects a statement about them.
func isForeign(err error) bool { return conn.Is(err, sqlite3.ErrError) }

// value is a column's value or a statement's argument.
type value = driver.Value

func values(v ...value) []value { return v }
