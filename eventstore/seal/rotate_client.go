package seal

import (
	"encoding/binary"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// RotateClient makes a new data key for a client. It seals from now on; the
// earlier keys remain, to open what they sealed. The key of keyed hashes
// remains too, or accounts would not be recognized again. An older copy of the
// folder, even with its master key, cannot open what is sealed later.
//
// The file with all the client's keys is replaced and synced before the new key
// is used: a stop leaves the old keys or all of them.
func (k *Keyring) RotateClient(client string) error {
	if !clientID.MatchString(client) {
		return fmt.Errorf("rotate a data key: %q is not a client id", client)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	err := k.exclusively(func() error {
		w, err := k.readWrapped(client)
		if err != nil {
			return err
		}
		if w.Destroyed {
			return ErrDestroyed
		}
		m, err := k.readMaster()
		if err != nil {
			return err
		}
		s, err := w.unwrap(m)
		if err != nil {
			return err
		}
		if s.seal, err = withNewKey(s.seal); err != nil {
			return err
		}
		content, err := wrap(m, client, s)
		if err != nil {
			return err
		}
		if err := k.wraps.Replace(client, w.was, content); err != nil {
			return err
		}
		k.opened[client], err = s.ready()
		return err
	})
	if err != nil {
		return fmt.Errorf("rotate the data key of client %s: %w", client, err)
	}
	return nil
}

// withNewKey returns a keyset with a new primary key.
func withNewKey(h *keyset.Handle) (*keyset.Handle, error) {
	manager := keyset.NewManagerFromHandle(h)
	id, err := manager.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	if err := manager.SetPrimary(id); err != nil {
		return nil, err
	}
	return manager.Handle()
}

// prefixBytes is the length of the prefix of values sealed by Tink: the byte 1
// and the id of the key.
const prefixBytes = 5

// knows reports whether one of the keys sealed a value. If not, another process
// may have added the key since.
func (c *clientKeys) knows(sealed []byte) bool {
	return len(sealed) < prefixBytes || c.ids[binary.BigEndian.Uint32(sealed[1:prefixBytes])]
}

// reread reads a client's keys again.
func (k *Keyring) reread(client string) (*clientKeys, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	before := k.opened[client]
	delete(k.opened, client)
	c, err := k.load(client)
	if err != nil {
		k.opened[client] = before
		return nil, err
	}
	return c.usable(client)
}
