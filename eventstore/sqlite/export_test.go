package sqlite

import "testing"

// HoldSnapshot begins a read that lasts until leave is called.
func HoldSnapshot(t *testing.T, s *Store) (leave func()) {
	t.Helper()
	c, err := s.readers.connect()
	if err == nil {
		err = begin(c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := c.close(); err != nil {
			t.Error(err)
		}
	}
}
