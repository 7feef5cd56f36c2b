package seal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// Wraps is where the wrapped keys of clients lie: a folder, or the database that
// holds the log. Without the master key they are worth nothing.
type Wraps interface {
	// Clients lists those who have keys, or had.
	Clients() ([]string, error)
	// Read returns what lies there for a client; fs.ErrNotExist when nothing
	// does.
	Read(client string) ([]byte, error)
	// Create puts content where nothing lies, durably; fs.ErrExist otherwise. A
	// mark is that of the master key which wrapped it: where another one belongs by
	// now, nothing is created.
	Create(client string, content, mark []byte) error
	// Replace puts content in the place of what was read, durably, and leaves
	// nothing of the old content that can be had.
	Replace(client string, was, is []byte) error
	// Exclusively runs change while no other process changes the keys: a
	// client's key is never wrapped by a master key that is just being retired.
	Exclusively(change func() error) error
}

// folderWraps is keys/clients with keys/lock.
type folderWraps struct{ ring *Keyring }

func (w folderWraps) folder() string { return filepath.Join(w.ring.dir, "clients") }

func (w folderWraps) file(client string) string { return filepath.Join(w.folder(), client+".json") }

func (w folderWraps) Clients() ([]string, error) {
	entries, err := os.ReadDir(w.folder())
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".json"); ok {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (w folderWraps) Read(client string) ([]byte, error) { return w.ring.disk.read(w.file(client)) }

// Create needs no mark: the caller has the lock, and the master key lies beside.
func (w folderWraps) Create(client string, content, _ []byte) error {
	return w.ring.disk.create(w.file(client), content)
}

// Replace needs not know what was read: the caller has the lock.
func (w folderWraps) Replace(client string, _, is []byte) error {
	return w.ring.disk.replace(w.file(client), is)
}

func (w folderWraps) Exclusively(change func() error) error {
	l := flock.New(filepath.Join(w.ring.dir, "lock"))
	if err := l.Lock(); err != nil {
		return fmt.Errorf("lock the keyring: %w", err)
	}
	return errors.Join(change(), l.Unlock())
}

// FolderWraps are the wrapped keys in the folder of a keyring, which is made.
func FolderWraps(dir string) (Wraps, error) {
	k := inFolder(dir, disk{})
	return k.wraps, k.disk.makeFolder(folderWraps{k}.folder())
}
