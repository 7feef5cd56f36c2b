package seal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// Wraps stores the wrapped keys of clients: in a folder, or in the database
// that holds the log. Without the master key they are useless.
type Wraps interface {
	// Clients lists the clients that have keys, or had.
	Clients() ([]string, error)
	// Read returns a client's content; fs.ErrNotExist if there is none.
	Read(client string) ([]byte, error)
	// Create durably stores the content of a client that has none; fs.ErrExist
	// otherwise. mark is that of the master key that wrapped the content: if
	// another master key is in use by now, Create fails.
	Create(client string, content, mark []byte) error
	// Replace durably replaces the content that was read, which can no longer
	// be read afterwards.
	Replace(client string, was, is []byte) error
	// Exclusively runs change while no other process changes the keys, so that
	// no client's key is wrapped by a master key that is being removed.
	Exclusively(change func() error) error
}

// folderWraps is keys/clients, with keys/lock.
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

// Create ignores the mark: the caller has the lock, and the master key is in
// the same folder.
func (w folderWraps) Create(client string, content, _ []byte) error {
	return w.ring.disk.create(w.file(client), content)
}

// Replace ignores what was read: the caller has the lock.
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

// FolderWraps returns the wrapped keys in the folder of a keyring, and makes
// the folder.
func FolderWraps(dir string) (Wraps, error) {
	k := inFolder(dir, disk{})
	return k.wraps, k.disk.makeFolder(folderWraps{k}.folder())
}
