package node

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// TestAServerSpoolsInItsOwnFolder: files that a killed process left in the spool are
// removed before the next process is ready.
func TestAServerSpoolsInItsOwnFolder(t *testing.T) {
	f := folder.Folder(filepath.Join(t.TempDir(), "data"))
	if err := f.Make(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(f.Spool(), "achledger-bulk-1"), []byte("results"), 0o600); err != nil {
		t.Fatal(err)
	}
	serve(t, f, nil)
	if left, err := os.ReadDir(f.Spool()); err != nil || len(left) != 0 {
		t.Errorf("%v are left, %v", left, err)
	}
}
