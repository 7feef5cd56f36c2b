package sqlite

import (
	"testing"

	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// HoldSnapshot begins a read that lasts until leave is called.
func HoldSnapshot(t *testing.T, s *Store) (leave func()) {
	t.Helper()
	c, err := conn.OpenReader(s.path)
	if err == nil {
		err = begin(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
