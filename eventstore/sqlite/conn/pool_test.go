package conn

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestAPoolOpensNoMoreConnectionsThanAreInUseAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "empty.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	closed := errors.New("closed")
	p := NewPool(path, 3, closed)
	opened := map[*Conn]bool{}
	use := func(meanwhile func()) {
		t.Helper()
		err := p.Use(t.Context(), func(c *Conn) error {
			opened[c] = true
			meanwhile()
			return c.Script("SELECT 1")
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	nothing := func() {}
	for range 5 {
		use(nothing)
	}
	if len(opened) != 1 {
		t.Errorf("five uses after another opened %d connections, want 1", len(opened))
	}
	for range 2 {
		use(func() { use(nothing) })
	}
	if len(opened) != 2 {
		t.Errorf("two uses at once opened %d connections, want 2", len(opened))
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := p.Use(t.Context(), func(*Conn) error { return nil }); !errors.Is(err, closed) {
		t.Errorf("a use of the closed pool returns %v", err)
	}
}
