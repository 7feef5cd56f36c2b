package folder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/achledger/achledger/eventstore/durable"
)

// marker is the file that names the ledger in a database to which a folder
// belongs: a node's own, and those that nodes share.
const marker = ".achledger"

// MustBeWhole refuses the folder of a node whose ledger is in a database.
func (f Folder) MustBeWhole() error {
	is, err := f.has(f.join(marker))
	if is {
		err = fmt.Errorf("%s belongs to a node of a ledger in a database: name that with --store, or another folder with --data", f)
	}
	return err
}

// MakeNode makes the folder of a node whose ledger is in a database, and takes
// its lock. Only its owner can read it.
func (f Folder) MakeNode(ledger string) (release func() error, err error) {
	has, err := f.HasLog()
	if err == nil && has {
		err = fmt.Errorf("%s holds a ledger of its own: name another folder with --data", f)
	}
	if err != nil {
		return nil, err
	}
	for _, path := range []string{string(f), f.Spool()} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return nil, fmt.Errorf("make the data folder: %w", err)
		}
	}
	lock, err := f.lockNode()
	if err != nil {
		return nil, err
	}
	if err := mark(string(f), ledger, nil); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock.Close, nil
}

func (f Folder) lockNode() (*flock.Flock, error) {
	lock := flock.New(f.join("node.lock"), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock %s: %w", f, err)
	case !locked:
		return nil, fmt.Errorf("another node runs on %s: each needs a folder of its own", f)
	}
	return lock, nil
}

func (f Folder) nodeName() string { return f.join("node.name") }

// NodeName is the name that was made up for the node of this folder; empty if none was.
// It refuses a folder on which a node runs.
func (f Folder) NodeName() (string, error) {
	content, err := os.ReadFile(f.nodeName())
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read the node's name: %w", err)
	}
	lock, err := f.lockNode()
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(content)), lock.Close()
}

// KeepNodeName keeps a name that was made up, durably. After a failover files wait for the
// nodes that served until then, by their names: one that is started again must come back
// under its own.
func (f Folder) KeepNodeName(name string) error {
	if kept, err := os.ReadFile(f.nodeName()); err == nil && strings.TrimSpace(string(kept)) == name {
		return nil
	}
	return durable.Replace(f.nodeName(), []byte(name+"\n"))
}

// Share makes a folder that the nodes of a ledger and the bank share, or checks
// that an existing one is the ledger's. Files in a folder without an owner
// belong to somebody else.
func Share(path, ledger string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return mark(path, ledger, func() error { return empty(path) })
}

// CheckShared is Share without a change: a folder that does not exist yet is made.
func CheckShared(path, ledger string) error {
	owned, err := belongs(path, ledger)
	if err != nil || owned {
		return err
	}
	if err := empty(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// empty refuses a folder with files in it.
func empty(path string) error {
	entries, err := os.ReadDir(path)
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "."+marker) { // an unfinished marker
			return fmt.Errorf("%s is not empty and not this ledger's: name a new folder", path)
		}
	}
	return err
}

// mark records the owner of a folder that has none, if free allows it, and
// refuses another's. A nil free always allows it.
func mark(path, ledger string, free func() error) error {
	owned, err := belongs(path, ledger)
	if err != nil || owned {
		return err
	}
	if free != nil {
		if err := free(); err != nil {
			return err
		}
	}
	return durable.Replace(filepath.Join(path, marker), []byte(ledger+"\n"))
}

// belongs reports whether a folder has this owner; false if it has none. Another's is
// refused.
func belongs(path, ledger string) (bool, error) {
	content, err := os.ReadFile(filepath.Join(path, marker))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("read whose %s is: %w", path, err)
	case strings.TrimSpace(string(content)) != ledger:
		return false, fmt.Errorf("%s is that of ledger %s, and the database holds %s: name another folder", path, strings.TrimSpace(string(content)), ledger)
	}
	return true, nil
}
