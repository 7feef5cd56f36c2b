package node

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/achledger/achledger/cmd/internal/folder"
)

// A folder of kept files that was moved to a larger disk, with a link in its place, is
// in the backup. If that disk is away there is no backup, and the error says so.
func TestABackupFollowsTheLinkToTheKeptFiles(t *testing.T) {
	r := serve(t, "", nil)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "files")
	err := errors.Join(os.WriteFile(filepath.Join(r.folder.Kept(), "out", "kept"), []byte("sealed"), 0o600),
		os.Rename(r.folder.Kept(), elsewhere), os.Symlink(elsewhere, r.folder.Kept()))
	if err != nil {
		t.Fatal(err)
	}
	backup := func() (folder.Folder, error) {
		reader, err := OpenReader(t.Context(), r.folder)
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		to := folder.Folder(filepath.Join(t.TempDir(), "backup"))
		_, err = reader.Backup(t.Context(), to, func(int64, int64) {})
		return to, err
	}
	to, err := backup()
	if err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(filepath.Join(to.Kept(), "out", "kept")); err != nil || string(content) != "sealed" {
		t.Errorf("the backup has %q, %v", content, err)
	}
	if err := os.RemoveAll(elsewhere); err != nil {
		t.Fatal(err)
	}
	if to, err := backup(); err == nil || !strings.HasSuffix(err.Error(), string(to)+" holds no backup: remove it") {
		t.Errorf("without the disk: %v", err)
	}
}
