package conn

import (
	"errors"
	"testing"

	"github.com/mattn/go-sqlite3"
)

// Bytes that no caller can collect are refused before SQLite sees them.
func TestArgumentsThatAreCutOff(t *testing.T) {
	c := scratch(t)
	s, err := c.Statement(`SELECT ?1`)
	if err != nil {
		t.Fatal(err)
	}
	whole := new(Runs).Text("some text").encoded
	for n := range whole {
		if _, err := runAll(s, append([]byte{}, whole[:n]...), 1, 1, All, nil); !Is(err, sqlite3.ErrMisuse) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	unknown := append([]byte{}, whole...)
	unknown[0] = '?'
	if _, err := runAll(s, unknown, 1, 1, All, nil); !Is(err, sqlite3.ErrMisuse) {
		t.Errorf("an unknown kind: %v", err)
	}
	huge := new(Runs).Text("").encoded
	for i := 1; i < len(huge); i++ {
		huge[i] = 0xff
	}
	if _, err := runAll(s, huge, 1, 1, All, nil); !Is(err, sqlite3.ErrMisuse) {
		t.Errorf("a size beyond the end: %v", err)
	}
}

// A statement that was closed behind the back of its connection is not used.
func TestRunsOfAClosedStatement(t *testing.T) {
	c := scratch(t)
	find := NewRuns(`SELECT text FROM t WHERE id = ?1`)
	s, err := c.Statement(find.one)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	find.Next().Int(1)
	if _, err := find.Do(c); !errors.Is(err, errFinalized) {
		t.Errorf("got %v", err)
	}
	if err := c.Suffix("_2"); err != nil { // which forgets its statements
		t.Fatal(err)
	}
	find.Next().Int(1)
	if rows, err := find.Do(c); err != nil || rows.Next() {
		t.Errorf("prepared again: %v", err)
	}
}
