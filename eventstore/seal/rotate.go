package seal

import (
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/keyset"
)

// errRotating: a rotation was interrupted, or is under way elsewhere.
var errRotating = errors.New("the master key is being rotated: wait for the rotation to end, or start the server once, which finishes an interrupted one")

// Rotate replaces the master key by a new one and wraps every client's keys
// again. Sealed values stay as they are. It may run while this or another
// process seals and opens. Export the new master key afterwards; the old one is
// no longer in this folder, and opens only earlier backups.
//
// First keys/master gets the new key beside the old one, then each client's
// file is replaced, then the old key is removed from keys/master. If that stops
// at any point, all files can still be read, and the next Open finishes it.
//
// Keys that several processes share are wrapped by the next master key, which
// each process must have already; see OpenWith.
func (k *Keyring) Rotate() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	err := k.exclusively(func() error {
		if k.shared != nil {
			return k.rotateShared()
		}
		clients, err := k.clients()
		if err != nil {
			return err
		}
		m, err := k.readMaster()
		if err != nil {
			return err
		}
		if m, err = k.finishRotation(m, clients); err != nil {
			return err
		}
		if m, err = k.addMaster(m); err != nil {
			return err
		}
		_, err = k.finishRotation(m, clients)
		return err
	})
	if err != nil {
		return fmt.Errorf("rotate the master key: %w", err)
	}
	return nil
}

// addMaster writes keys/master with a new primary key, keeping the old one.
func (k *Keyring) addMaster(m master) (master, error) {
	both, err := withNewKey(m.handle)
	if err != nil {
		return master{}, err
	}
	return k.writeMaster(both)
}

// finishRotation wraps the keys of every client by the primary key, unless they
// are already, and removes all other keys from keys/master. It does nothing if
// keys/master has one key. It returns the content of keys/master.
func (k *Keyring) finishRotation(m master, clients []string) (master, error) {
	if m.handle.Len() == 1 {
		return m, nil
	}
	// The process that wrote the new key may have stopped before its name was
	// durable.
	if err := k.disk.syncFolder(k.dir); err != nil {
		return master{}, err
	}
	for _, c := range clients {
		if err := k.rewrap(m, c); err != nil {
			return master{}, err
		}
	}
	manager := keyset.NewManagerFromHandle(m.handle)
	for _, key := range m.handle.KeysetInfo().GetKeyInfo() {
		if key.GetKeyId() == m.primary() {
			continue
		}
		if err := manager.Delete(key.GetKeyId()); err != nil {
			return master{}, err
		}
	}
	one, err := manager.Handle()
	if err != nil {
		return master{}, err
	}
	return k.writeMaster(one)
}

func (k *Keyring) rewrap(m master, client string) error {
	w, err := k.readWrapped(client)
	if err != nil {
		return err
	}
	if w.Destroyed || w.Master == m.primary() {
		return nil
	}
	s, err := w.unwrap(m)
	if err != nil {
		return err
	}
	content, err := wrap(m, client, s)
	if err != nil {
		return err
	}
	if err := k.wraps.Replace(client, w.was, content); err != nil {
		return fmt.Errorf("wrap the keys of client %s again: %w", client, err)
	}
	return nil
}

func (k *Keyring) writeMaster(h *keyset.Handle) (master, error) {
	m, err := masterFrom(h)
	if err != nil {
		return master{}, err
	}
	content, err := m.encode()
	if err != nil {
		return master{}, err
	}
	if err := k.disk.replace(k.masterFile(), content); err != nil {
		return master{}, fmt.Errorf("write the master key: %w", err)
	}
	return m, nil
}
