package seal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

// Errors of a keyring. Compare with errors.Is.
var (
	// ErrNoMaster: there are wrapped keys but no master key to unwrap them, as
	// in a backup.
	ErrNoMaster = errors.New("the master key is missing")
	// ErrWrongMaster: the master key is not the one that wrapped a key.
	ErrWrongMaster = errors.New("the master key is another one")
	// ErrNotReplaced: the next master key is in use, but it could not replace
	// the file of the previous one.
	ErrNotReplaced = errors.New("the file of the master key was not replaced")
	// ErrNoKey: nothing was ever sealed for this client, or its file is lost.
	ErrNoKey = errors.New("the client has no key")
	// ErrDestroyed: the client's keys were destroyed, for good.
	ErrDestroyed = errors.New("the client's keys were destroyed")
	// ErrNotAuthentic: the sealed bytes were changed, or were sealed for
	// another client or purpose.
	ErrNotAuthentic = errors.New("the sealed value was changed or belongs elsewhere")
	// ErrReadOnly: the keyring was opened beside a running server.
	ErrReadOnly = errors.New("the keyring is open for reading only")
)

// NotCheckable reports whether err means that sealed values cannot be read here
// although they are not damaged: the keys were destroyed, or the master key is
// kept elsewhere.
func NotCheckable(err error) bool {
	return errors.Is(err, ErrDestroyed) || errors.Is(err, ErrNoMaster)
}

// clientID is the form of a client's id, which is also a file name. The ledger
// has keys of its own, and keys for data whose client is not known yet.
var clientID = regexp.MustCompile(`^([a-z0-9]{1,32}|_ledger|_queue[0-9a-f]{32})$`)

// Keyring seals and opens values with each client's keys. It is safe for
// concurrent use, and several processes may have keyrings with the same keys.
type Keyring struct {
	dir      string // that holds the master key
	readOnly bool
	disk     disk
	wraps    Wraps

	mu     sync.RWMutex
	opened map[string]*clientKeys // unwrapped, by client

	// For keys that several processes share; see OpenWith.
	shared Shared // nil in a folder
	next   string // file of the next master key; may be empty
	mark   []byte // made by the master key in use
	turned bool   // next is in use, because keys/master could not be replaced
}

// inFolder returns a keyring with the wrapped keys beside the master key.
func inFolder(dir string, d disk) *Keyring {
	k := &Keyring{dir: dir, disk: d, opened: map[string]*clientKeys{}}
	k.wraps = folderWraps{k}
	return k
}

// Open opens the keyring in a folder and makes the folder and a master key on
// first use. A master key rotation that was interrupted is finished first.
//
// Errors: ErrNoMaster or ErrWrongMaster, with what to do, when the folder
// holds keys that its master did not wrap.
func Open(dir string) (*Keyring, error) {
	return open(dir, disk{})
}

func open(dir string, d disk) (*Keyring, error) {
	k := inFolder(dir, d)
	clients := folderWraps{k}.folder()
	if err := d.makeFolder(clients); err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	err := k.exclusively(func() error {
		if err := d.sweep(dir, clients); err != nil {
			return err
		}
		clients, err := k.clients()
		if err != nil {
			return err
		}
		m, err := k.readMaster()
		if errors.Is(err, ErrNoMaster) && len(clients) == 0 {
			return k.makeMaster()
		}
		if err != nil {
			return err
		}
		if err := k.checkWrapped(m, clients); err != nil {
			return err
		}
		_, err = k.finishRotation(m, clients)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	return k, nil
}

// OpenReadOnly opens the keyring beside a running server, or without a master
// key. It changes nothing on disk. Without a master key every call for a client
// that has keys returns ErrNoMaster.
func OpenReadOnly(dir string) (*Keyring, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("open keyring: %w", err)
	}
	k := inFolder(dir, disk{})
	k.readOnly = true
	return k, nil
}

// HasMaster reports whether a readable master key is present.
func (k *Keyring) HasMaster() bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	_, err := k.readMaster()
	return err == nil
}

// masterFile is the file of the master key in use.
func (k *Keyring) masterFile() string {
	if k.turned {
		return k.next
	}
	return k.ownMaster()
}

func (k *Keyring) ownMaster() string { return filepath.Join(k.dir, "master") }
