package conn

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// A number of runs around a multiple of rowsAtOnce writes each row once, in
// order, and reads them back, whatever their values.
func TestRuns(t *testing.T) {
	c := scratch(t)
	put := NewRuns(`INSERT INTO t(id, text, again, none) VALUES(?1, ?2, ?1, ?3)`)
	find := NewRuns(`SELECT id, text, again, none FROM t WHERE id >= ?1 AND id < ?1 + ?2 ORDER BY id`)
	id := int64(0)
	for _, n := range []int{0, 1, rowsAtOnce - 1, rowsAtOnce, rowsAtOnce + 1, 5*rowsAtOnce + 3} {
		first := id
		for range n {
			id++
			put.Next().Int(id).Text(textOf(id)).IntOrNull(id % 2)
		}
		if _, err := put.Do(c); err != nil || put.Len() != 0 {
			t.Fatal(err, put.Len())
		}
		for i := first; i < id; i++ {
			find.Next().Int(i + 1).Int(1)
		}
		find.Next().Int(id + 1).Int(5) // nothing
		find.Next().Int(first + 1).Int(int64(n))
		rows, err := find.Do(c)
		if err != nil {
			t.Fatal(err)
		}
		read := func(want int64) {
			t.Helper()
			if !rows.Next() {
				t.Fatalf("row %d is missing", want)
			}
			id, text, again, none := rows.Int(), rows.Text(""), rows.Int(), rows.Int()
			if id != want || text != textOf(want) || again != want || none != want%2 {
				t.Fatalf("row %d is %d, %q, %d, %d", want, id, text, again, none)
			}
		}
		end := func() {
			t.Helper()
			if rows.Next() {
				t.Fatal("a row too many")
			}
		}
		for i := first; i < id; i++ {
			read(i + 1)
			end()
		}
		end()
		for i := first; i < id; i++ {
			read(i + 1)
		}
		end()
		if len(rows) > 0 {
			t.Fatalf("%d bytes too many", len(rows))
		}
	}
}

// textOf is a text of any length, with a zero byte and letters of two bytes.
func textOf(n int64) string { return strings.Repeat("ä\x00z", int(n)%300) }

// A run that fails reports SQLite's code and message, and leaves the statement
// as it was for the next runs.
func TestARunFails(t *testing.T) {
	c := scratch(t)
	put := NewRuns(`INSERT INTO t(id, text, again, none) VALUES(?1, ?2, ?1, NULL)`)
	for _, id := range []int64{1, 2, 1, 3} {
		put.Next().Int(id).Text("")
	}
	_, err := put.Do(c)
	if !Is(err, sqlite3.ErrConstraint) || !strings.Contains(err.Error(), "UNIQUE constraint failed: t.id") {
		t.Fatal(err)
	}
	if put.Len() != 0 {
		t.Fatal("the runs were kept")
	}
	put.Next().Int(4).Text("after")
	if _, err := put.Do(c); err != nil {
		t.Fatal(err)
	}
	row, err := c.Row(`SELECT group_concat(id), max(text) FROM t`)
	if err != nil || fmt.Sprint(row) != "[1,2,4 after]" {
		t.Fatal(row, err)
	}
}

func scratch(t *testing.T) *Conn {
	c, err := Open(filepath.Join(t.TempDir(), "scratch.db"), "rwc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Script(`CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT NOT NULL, again INTEGER, none INTEGER)`); err != nil {
		t.Fatal(err)
	}
	return c
}
