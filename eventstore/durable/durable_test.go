package durable

import (
	"os"
	"path/filepath"
	"testing"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAFileIsReplacedWholeAndOnlyItsOwnerReadsIt(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kind")
	for _, text := range []string{"sandbox", "production", ""} {
		must(t, Replace(path, []byte(text)))
		got, err := os.ReadFile(path)
		must(t, err)
		info, err := os.Stat(path)
		must(t, err)
		if string(got) != text || info.Mode().Perm() != 0o600 {
			t.Errorf("got %q with mode %v, want %q", got, info.Mode(), text)
		}
	}
}

func TestAReplacementThatFailsLeavesTheOldFileAndNothingBeside(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "kind") // a folder has the name, so the rename fails
	must(t, os.Mkdir(path, 0o700))
	if err := Replace(path, []byte("sandbox")); err == nil {
		t.Error("a folder was replaced")
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 1 || !entries[0].IsDir() {
		t.Errorf("left %v, %v", entries, err)
	}
}
