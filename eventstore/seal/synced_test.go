package seal

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// A process that stops after naming a file and before syncing the folder leaves
// keys that can be read, but may be gone after a power failure. The next
// process that reads them seals with them.
func TestWhatAStopLeftIsMadeDurableBeforeItIsUsed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	sealOne(t, openRing(t, dir), "acme", number)
	var done []string
	_, err := open(dir, disk{step: func(op, path string) error {
		done = append(done, op+" "+path)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	used := slices.Index(done, "read "+filepath.Join(dir, "master"))
	for _, folder := range []string{dir, filepath.Join(dir, "clients")} {
		if at := slices.Index(done, "sync folder "+folder); at < 0 || at > used {
			t.Errorf("%s is not synced before the keys in it are used: %q", folder, done)
		}
	}
}

// If the name of a key cannot be made durable, nothing may be sealed with the
// key, then or later.
func TestAKeyWhoseNameIsNotDurableIsNotUsed(t *testing.T) {
	k := openRing(t, filepath.Join(t.TempDir(), "keys"))
	clients := filepath.Dir(k.clientFile("acme"))
	k.disk = disk{step: func(op, path string) error {
		if op == "sync folder" && path == clients {
			return errStopped
		}
		return nil
	}}
	for range 2 {
		if _, err := k.Seal("acme", []byte(number), "account number"); err == nil {
			t.Error("it was sealed with a key that a power cut may take")
		}
	}
	if _, err := os.Lstat(k.clientFile("acme")); err == nil {
		t.Error("the key is there for the next process")
	}
}
