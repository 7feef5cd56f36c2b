package node

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// The key that seals the first event is made before that event, and is no trace of a log
// that is gone.
func TestAFirstStartOnAFullDiskIsRepeatedWithDeliveryOn(t *testing.T) {
	f := folder.Folder(filepath.Join(t.TempDir(), "data"))
	full := sqlite.Options{Faults: sqlite.Faults{FreeBytes: func(string) (uint64, error) { return 0, nil }}}
	if _, err := open(t.Context(), f, folder.Production, full); !errors.Is(err, eventstore.ErrStorageFull) {
		t.Fatalf("on a full disk the first start ends with %v", err)
	}
	c, err := Open(t.Context(), f, folder.Production)
	must(t, err)
	defer func() { must(t, c.Close()) }()
	if on, why := c.Switch.Allowed("231380104"); !on {
		t.Errorf("delivery is off: %s", why)
	}
	if !c.FirstStart {
		t.Error("it is not the first start any more")
	}
}
