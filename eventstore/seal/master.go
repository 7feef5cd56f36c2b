package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// master is the content of keys/master: one key or, during a rotation, two. The
// primary one wraps; each of them unwraps.
type master struct {
	handle *keyset.Handle
	aead   tink.AEAD
}

// primary is the id of the key that wraps.
func (m master) primary() uint32 { return m.handle.KeysetInfo().GetPrimaryKeyId() }

// has reports whether the master contains the key with an id.
func (m master) has(id uint32) bool {
	for _, key := range m.handle.KeysetInfo().GetKeyInfo() {
		if key.GetKeyId() == id {
			return true
		}
	}
	return false
}

// encode returns the content of the master file.
func (m master) encode() ([]byte, error) {
	var b bytes.Buffer
	if err := insecurecleartextkeyset.Write(m.handle, keyset.NewJSONWriter(&b)); err != nil {
		return nil, fmt.Errorf("encode the master key: %w", err)
	}
	return b.Bytes(), nil
}

func masterFrom(h *keyset.Handle) (master, error) {
	a, err := aead.New(h)
	if err != nil {
		return master{}, fmt.Errorf("use the master key: %w", err)
	}
	return master{h, a}, nil
}

// readMaster reads keys/master; ErrNoMaster if there is none.
func (k *Keyring) readMaster() (master, error) {
	m, err := k.disk.readMaster(k.masterFile())
	if errors.Is(err, fs.ErrNotExist) {
		return master{}, fmt.Errorf("%w: copy the exported master key to %s (mode 0600) and start again; "+
			"no other key opens the keys of the clients", ErrNoMaster, k.masterFile())
	}
	return m, err
}

// readMaster reads a master key from a file.
func (d disk) readMaster(path string) (master, error) {
	b, err := d.read(path)
	if err != nil {
		return master{}, err
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b)))
	if err != nil {
		return master{}, fmt.Errorf("%s is damaged: put back the exported master key: %w", path, err)
	}
	return masterFrom(h)
}

func (k *Keyring) makeMaster() error { return k.disk.makeMaster(k.masterFile()) }

// makeMaster writes a new master key to a file that must not exist yet.
func (d disk) makeMaster(path string) error {
	h, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("make a master key: %w", err)
	}
	m, err := masterFrom(h)
	if err != nil {
		return err
	}
	content, err := m.encode()
	if err != nil {
		return err
	}
	if err := d.create(path, content); err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	return nil
}

// ExportMaster writes the master key to a new file of mode 0600, to be kept
// apart from the backups. To restore a backup, put the file into its folder as
// keys/master. After a rotation the new master key must be exported too: each
// backup needs the master key of its time.
//
// Errors: ErrNoMaster; fs.ErrExist if dest exists; a rotation under way.
func (k *Keyring) ExportMaster(dest string) error {
	k.mu.RLock()
	m, err := k.readMaster()
	k.mu.RUnlock()
	if err != nil {
		return fmt.Errorf("export the master key: %w", err)
	}
	if m.handle.Len() > 1 {
		return fmt.Errorf("export the master key: %w", errRotating)
	}
	content, err := m.encode()
	if err != nil {
		return err
	}
	if err := k.disk.create(dest, content); err != nil {
		return fmt.Errorf("export the master key: %w", err)
	}
	return nil
}
