package conn

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// bothWays runs a test in C and by the driver, which must do the same.
func bothWays(t *testing.T, test func(t *testing.T)) {
	ours := runAll
	t.Cleanup(func() { runAll = ours })
	t.Run("as this system does", test)
	runAll = runByDriver
	t.Run("by the driver", test)
}

// A number of runs around a multiple of rowsAtOnce writes each row once, in
// order, and reads them back, whatever their values.
func TestRuns(t *testing.T) { bothWays(t, testRuns) }

func testRuns(t *testing.T) {
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

// Arguments have the types and the bytes that the driver gives them: blobs, zero
// bytes, and empty ones, also as the last bytes of all. Another statement may be
// run by the driver in between.
func TestARunBindsWhatTheDriverBinds(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		c := scratch(t)
		const insert = `INSERT INTO t(id, text, again) VALUES(?1, ?2, ?3)`
		const all = `SELECT id, typeof(text), hex(text), length(text), typeof(again), hex(again) FROM t ORDER BY id`
		put := NewRuns(insert)
		put.Next().Int(1).Text("").Blob(nil)
		put.Next().Int(2).Text("a\x00b").Blob([]byte("\x00\xff"))
		put.Next().Int(3).Text("").Text("")
		if _, err := put.Do(c); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Exec(insert, int64(4), "by the driver", nil); err != nil {
			t.Fatal(err)
		}
		put.Next().Int(5).Text("after it").IntOrNull(0)
		if _, err := put.Do(c); err != nil {
			t.Fatal(err)
		}
		got := dump(t, c, all)
		if err := c.Script(`DELETE FROM t`); err != nil {
			t.Fatal(err)
		}
		for _, row := range [][]driver.Value{
			{int64(1), "", []byte{}}, {int64(2), "a\x00b", []byte("\x00\xff")}, {int64(3), "", ""},
			{int64(4), "by the driver", nil}, {int64(5), "after it", nil},
		} {
			if _, err := c.Exec(insert, row...); err != nil {
				t.Fatal(err)
			}
		}
		if want := dump(t, c, all); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

// A run that fails reports SQLite's code and message, and leaves the statement
// as it was for the next runs.
func TestARunFails(t *testing.T) { bothWays(t, testARunFails) }

func testARunFails(t *testing.T) {
	c := scratch(t)
	put := NewRuns(`INSERT INTO t(id, text, again, none) VALUES(?1, ?2, ?1, NULL)`)
	for _, id := range []int64{1, 2, 1, 3} {
		put.Next().Int(id).Text("")
	}
	_, err := put.Do(c)
	if !Is(err, sqlite3.ErrConstraint) || !strings.Contains(err.Error(), "UNIQUE constraint failed: t.id") {
		t.Fatal(err)
	}
	var e sqlite3.Error
	if !errors.As(err, &e) || e.ExtendedCode != sqlite3.ErrConstraintPrimaryKey {
		t.Errorf("the extended code is %d", e.ExtendedCode)
	}
	if put.Len() != 0 {
		t.Fatal("the runs were kept")
	}
	put.Next().Int(4).Text("after")
	if _, err := put.Do(c); err != nil {
		t.Fatal(err)
	}
	if got := dump(t, c, `SELECT group_concat(id), max(text) FROM t`); got != "[1,2,4 after]\n" {
		t.Fatal(got)
	}
}

// When a row fails that is written with others by one statement, those before it
// stay and those after it are not made, as if each were written by itself.
func TestARowOfManyFails(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		for _, fails := range []int64{0, 1, rowsAtOnce - 1, rowsAtOnce, 2*rowsAtOnce + 2} {
			c := scratch(t)
			put := NewRuns(`INSERT INTO t(id, text) VALUES(?1, ?2)`)
			for id := range int64(2*rowsAtOnce + 3) {
				if put.Next().Int(id); id == fails {
					put.IntOrNull(0)
				} else {
					put.Text("x")
				}
			}
			if _, err := put.Do(c); !Is(err, sqlite3.ErrConstraint) || !strings.Contains(err.Error(), "t.text") {
				t.Fatal(err)
			}
			if got := dump(t, c, `SELECT count(*), coalesce(max(id), -1) FROM t`); got != fmt.Sprintf("[%d %d]\n", fails, fails-1) {
				t.Errorf("row %d failed, and there are %s", fails, got)
			}
		}
	})
}

// Whatever ends runs in their middle, SQLite's code is reported, and the next
// runs of the same statement are made.
func TestRunsThatEndInTheMiddle(t *testing.T) { bothWays(t, testRunsThatEnd) }

func testRunsThatEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		before, after func(t *testing.T, c *Conn)
		sql           string
		code          sqlite3.ErrNo
	}{
		"a text that is too long": {
			func(t *testing.T, c *Conn) { c.SQLite().SetLimit(sqlite3.SQLITE_LIMIT_LENGTH, 1000) },
			func(t *testing.T, c *Conn) { c.SQLite().SetLimit(sqlite3.SQLITE_LIMIT_LENGTH, 1_000_000_000) },
			`SELECT length(?1)`, sqlite3.ErrTooBig,
		},
		"a column that is not a number, a text or a blob": {
			func(t *testing.T, c *Conn) {}, func(t *testing.T, c *Conn) {},
			`SELECT CASE WHEN length(?1) > 1000 AND (SELECT count(*) FROM t) = 1 THEN 0.5 END`, sqlite3.ErrMismatch,
		},
		"a function that fails": {
			func(t *testing.T, c *Conn) { stopWith(t, c, func() error { return errors.New("it failed") }) },
			func(t *testing.T, c *Conn) { stopWith(t, c, func() error { return nil }) },
			`SELECT stop(id), ?1 FROM t WHERE length(?1) > 1000`, sqlite3.ErrError,
		},
		"an interrupt": {
			func(t *testing.T, c *Conn) { stopWith(t, c, func() error { return interrupt(c) }) },
			func(t *testing.T, c *Conn) { stopWith(t, c, func() error { return nil }) },
			`SELECT stop(id), ?1 FROM t WHERE length(?1) > 1000 AND id < 9 UNION ALL SELECT 2, length(?1)`, sqlite3.ErrInterrupt,
		},
		"a lock of another connection": {
			func(t *testing.T, c *Conn) {
				other, err := Open(c.SQLite().GetFilename(""), ReadWrite)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = other.Close() })
				if _, err := other.Exec("BEGIN EXCLUSIVE"); err != nil {
					t.Fatal(err)
				}
				locker = other
			},
			func(t *testing.T, c *Conn) { locker.Rollback() },
			`UPDATE t SET again = length(?1) WHERE id = 1`, sqlite3.ErrBusy,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := scratch(t)
			if err := c.Script(`INSERT INTO t(id, text) VALUES(1, ''); PRAGMA busy_timeout = 0`); err != nil {
				t.Fatal(err)
			}
			stopWith(t, c, func() error { return nil })
			runs := NewRuns(tt.sql)
			for range 2 { // the second time what is left of the first is in the way
				tt.before(t, c)
				runs.Next().Text("short").Next().Text(strings.Repeat("long", 1000)).Next().Text("short")
				if rows, err := runs.Do(c); !Is(err, tt.code) || rows != nil || runs.Len() != 0 {
					t.Fatalf("%v, %d bytes of rows, %d runs are left", err, len(rows), runs.Len())
				}
				tt.after(t, c)
				runs.Next().Text("short").Next().Text("short")
				if _, err := runs.Do(c); err != nil {
					t.Fatalf("the next runs: %v", err)
				}
			}
		})
	}
}

// locker has the lock in TestRunsThatEndInTheMiddle.
var locker *Conn

// stopWith defines what stop does in statements.
func stopWith(t *testing.T, c *Conn, stop func() error) {
	t.Helper()
	if err := c.SQLite().RegisterFunc("stop", func(int64) (int64, error) { return 0, stop() }, false); err != nil {
		t.Fatal(err)
	}
}

// interrupt interrupts what the connection does.
func interrupt(c *Conn) error {
	s, err := c.SQLite().Prepare(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n`)
	if err != nil {
		return err
	}
	defer s.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = s.(*sqlite3.SQLiteStmt).ExecContext(ctx, nil)
	if !errors.Is(err, context.Canceled) {
		return fmt.Errorf("it was not interrupted: %w", err)
	}
	return nil
}

// Arguments that a caller forgot, or has too many of, are an error. Nothing is
// read behind the arguments.
func TestRunsWithTheWrongArguments(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		c := scratch(t)
		put := NewRuns(`INSERT INTO t(id, text) VALUES(?1, ?2)`)
		put.Next().Int(1)
		if _, err := put.Do(c); !Is(err, sqlite3.ErrMisuse) {
			t.Errorf("too few: %v", err)
		}
		put.Next()
		if _, err := put.Do(c); !Is(err, sqlite3.ErrMisuse) {
			t.Errorf("none: %v", err)
		}
		put.Next().Int(1).Text("").Int(3)
		if _, err := put.Do(c); err == nil {
			t.Error("too many are not noticed")
		}
	})
}

// A read has the rows of its query in order, or the first of them, at least one,
// and the next read begins with the first row again.
func TestARead(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		c := scratch(t)
		put := NewRuns(`INSERT INTO t(id, text, again, none) VALUES(?1, ?2, ?3, ?4)`)
		for id := range int64(100) {
			put.Next().Int(id + 1).Text(textOf(id)).Blob([]byte(textOf(id))).IntOrNull(id % 2)
		}
		if _, err := put.Do(c); err != nil {
			t.Fatal(err)
		}
		find := NewRuns(`SELECT id, text, again, none FROM t WHERE id > ?1 ORDER BY id`)
		for _, tt := range []struct{ after, enough, want int }{{0, All, 100}, {90, All, 10}, {100, All, 0}, {90, 1, 1}, {90, 1000, 2}, {0, 1 << 20, 100}} {
			n := tt.after
			err := find.Next().Int(int64(tt.after)).Read(c, tt.enough, func(row *Results) error {
				kinds := "itbi"
				if n%2 == 0 {
					kinds = "itbn"
				}
				if !row.Are(kinds) || row.Are("ttbn") || row.Are("itbb") {
					t.Fatalf("row %d is not of the kinds %s", n, kinds)
				}
				id, text, again, null := row.Int(), row.Text(""), row.Blob(), row.IsNull()
				if row.Skip(); id != int64(n+1) || text != textOf(int64(n)) || string(again) != text || null != (n%2 == 0) {
					t.Fatalf("row %d is %d, %q, %q, %v", n, id, text, again, null)
				}
				n++
				return nil
			})
			if err != nil || find.Len() != 0 || n-tt.after != tt.want {
				t.Errorf("%d rows after %d until there are %d bytes, want %d; %v", n-tt.after, tt.after, tt.enough, tt.want, err)
			}
		}
		stop := errors.New("stop")
		if err := find.Next().Int(0).Read(c, All, func(*Results) error { return stop }); err != stop {
			t.Errorf("the error of a row is %v", err)
		}
		if err := find.Next().Int(100).Int(0).Read(c, All, nil); err == nil {
			t.Error("an argument too many is not noticed")
		}
	})
}

// The rows of a call may take more memory than was there before, many times
// over, and what a large call took is not kept.
func TestRunsWithLargeRows(t *testing.T) {
	c := scratch(t)
	large := strings.Repeat("0123456789abcdef", 1<<16) // 1 MiB
	echo := NewRuns(`SELECT ?1, ?2, ?1`)
	for n := range int64(12) {
		echo.Next().Text(large[:len(large)>>(11-n)]).Int(n)
	}
	rows, err := echo.Do(c)
	if err != nil {
		t.Fatal(err)
	}
	if cap(echo.encoded) > keptBytes {
		t.Errorf("%d bytes are kept", cap(echo.encoded))
	}
	for n := range int64(12) {
		want := large[:len(large)>>(11-n)]
		if !rows.Next() || rows.Text("") != want || rows.Int() != n || rows.Text("") != want || rows.Next() {
			t.Fatalf("row %d is another", n)
		}
	}
}

func dump(t *testing.T, c *Conn, sql string) string {
	t.Helper()
	var all strings.Builder
	err := c.Query(t.Context(), sql, nil, func(row []driver.Value) error {
		fmt.Fprintln(&all, row)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func scratch(t *testing.T) *Conn {
	c, err := Open(filepath.Join(t.TempDir(), "scratch.db"), "rwc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.Script(`CREATE TABLE t(id INTEGER PRIMARY KEY, text TEXT NOT NULL, again ANY, none INTEGER) STRICT`); err != nil {
		t.Fatal(err)
	}
	return c
}
