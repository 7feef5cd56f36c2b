package kept

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func keep(t *testing.T, f Folder, name, content string) {
	t.Helper()
	k, err := f.Keep("in")
	must(t, err)
	_, err = io.WriteString(k, content)
	must(t, errors.Join(err, k.Commit(name), k.Drop()))
}

func TestAKeptFileIsThereWholeOrNot(t *testing.T) {
	path := t.TempDir()
	f, err := Open(path)
	must(t, err)
	k, err := f.Keep("in")
	must(t, err)
	_, err = io.WriteString(k, "half of it")
	must(t, err)
	if _, err := f.Open("in", "one"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before it is committed: %v", err)
	}
	must(t, k.Drop())
	keep(t, f, "one", "the first")
	keep(t, f, "one", "the second one")
	file, err := f.Open("in", "one")
	must(t, err)
	content, err := io.ReadAll(file)
	must(t, errors.Join(err, file.Close()))
	if string(content) != "the second one" || file.Size() != int64(len(content)) {
		t.Errorf("%q of %d bytes", content, file.Size())
	}
	must(t, f.Remove("in", "one"))
	if err := f.Remove("in", "one"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed twice: %v", err)
	}
	left, err := os.ReadDir(filepath.Join(path, "in"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestWhatACrashLeftIsSweptAway(t *testing.T) {
	path := t.TempDir()
	f, err := Open(path)
	must(t, err)
	keep(t, f, "one", "whole")
	must(t, os.WriteFile(filepath.Join(path, "in", ".incoming-x"), []byte("hal"), 0o600))
	must(t, os.WriteFile(filepath.Join(path, "out", ".a"), []byte("hal"), 0o600)) // a temporary name of earlier versions
	must(t, f.Sweep())
	for folder, want := range map[string]int{"in": 1, "out": 0} {
		if left, err := os.ReadDir(filepath.Join(path, folder)); err != nil || len(left) != want {
			t.Errorf("%s: %v, %v", folder, left, err)
		}
	}
}

func TestADiskWithoutRoomIsCalledFull(t *testing.T) {
	f, err := Open(t.TempDir())
	must(t, err)
	begun, err := f.Keep("in")
	must(t, err)
	k := begun.(*keeping)
	must(t, k.file.Close())
	k.file, err = os.OpenFile("/dev/full", os.O_WRONLY, 0)
	must(t, err)
	if _, err := io.WriteString(k, "one"); !errors.Is(err, eventstore.ErrStorageFull) {
		t.Errorf("got %v", err)
	}
	must(t, k.Drop())
}
