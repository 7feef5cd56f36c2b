package seal

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
)

func TestADestroyedKeyLeavesNoBytesBehind(t *testing.T) {
	k := openRing(t, t.TempDir())
	sealOne(t, k, "acme", number)
	old, err := os.Open(k.clientFile("acme")) // to read the old file after it is replaced
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	if err := k.Destroy("acme"); err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(old)
	if err != nil || len(b) == 0 || len(bytes.Trim(b, "\x00")) != 0 {
		t.Errorf("the old file holds %q, %v; want zeros", b, err)
	}
}

func TestASnapshotMadeOfHardLinksSurvivesARotation(t *testing.T) {
	k := openRing(t, t.TempDir())
	snapshot := filepath.Join(k.dir, "snapshot")
	if err := os.Link(k.masterFile(), snapshot); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(snapshot)
	if err != nil {
		t.Fatal(err)
	}
	if err := k.Rotate(); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(snapshot); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the snapshot changed: %v", err)
	}
}

func TestAReaderCaughtInBetweenByARotationReadsAgain(t *testing.T) {
	dir := t.TempDir()
	k := openRing(t, dir)
	sealed := sealOne(t, k, "acme", number)
	reader, err := OpenReadOnly(dir)
	if err != nil {
		t.Fatal(err)
	}
	rotated := false
	reader.disk.step = func(op, path string) error {
		if path != k.masterFile() || rotated {
			return nil
		}
		rotated = true // it has read acme's old file, and reads the master key next
		return k.Rotate()
	}
	mustRead(t, reader, "acme", sealed, number)
	if !rotated {
		t.Error("the rotation did not happen in between")
	}
}

func TestAReaderBesideARotationAlwaysFindsTheRightMaster(t *testing.T) {
	dir := t.TempDir()
	k := openRing(t, dir)
	sealed := sealOne(t, k, "acme", number)
	done := make(chan error)
	go func() {
		var err error
		for range 150 {
			err = errors.Join(err, k.Rotate())
		}
		done <- err
	}()
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Error(err)
			}
			return
		default:
			reader, err := OpenReadOnly(dir)
			if err != nil {
				t.Fatal(err)
			}
			mustRead(t, reader, "acme", sealed, number)
		}
	}
}

func (k *Keyring) clientFile(client string) string { return folderWraps{k}.file(client) }
