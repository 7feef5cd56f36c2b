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

// master is the content of keys/master: one key, or two while a rotation is
// under way. The primary one wraps; each of them unwraps.
type master struct {
	handle *keyset.Handle
	aead   tink.AEAD
}

// primary is the id of the key that wraps.
func (m master) primary() uint32 { return m.handle.KeysetInfo().GetPrimaryKeyId() }

// has reports whether the master holds the key of that id.
func (m master) has(id uint32) bool {
	for _, key := range m.handle.KeysetInfo().GetKeyInfo() {
		if key.GetKeyId() == id {
			return true
		}
	}
	return false
}

// encode is the content of the master file.
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

// readMaster reads keys/master; ErrNoMaster when there is none.
func (k *Keyring) readMaster() (master, error) {
	b, err := k.disk.read(k.masterFile())
	if errors.Is(err, fs.ErrNotExist) {
		return master{}, fmt.Errorf("%w: copy the exported master key to %s (mode 0600) and start again; "+
			"no other key opens the keys of the clients", ErrNoMaster, k.masterFile())
	}
	if err != nil {
		return master{}, err
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(b)))
	if err != nil {
		return master{}, fmt.Errorf("%s is damaged: put back the exported master key: %w", k.masterFile(), err)
	}
	return masterFrom(h)
}

func (k *Keyring) makeMaster() error {
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
	if err := k.disk.create(k.masterFile(), content); err != nil {
		return fmt.Errorf("write the master key: %w", err)
	}
	return nil
}

// ExportMaster writes the master key to a new file of mode 0600, to be kept
// apart from the backups: a restored backup is its folder plus this file as
// keys/master. After a rotation it must be exported again; a backup needs the
// master key of its own day.
//
// Errors: ErrNoMaster; fs.ErrExist when dest exists; a rotation under way.
func (k *Keyring) ExportMaster(dest string) error {
	m, err := k.readMaster()
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

// MakeMaster makes a master key in a folder that has none, for a keyring whose
// wrapped keys lie elsewhere. made is false when there is one.
func MakeMaster(dir string) (made bool, err error) {
	k := inFolder(dir, disk{})
	if err := k.disk.makeFolder(dir); err != nil {
		return false, fmt.Errorf("make a master key: %w", err)
	}
	if _, err = k.readMaster(); !errors.Is(err, ErrNoMaster) {
		return false, err
	}
	return true, k.makeMaster()
}

// marked is what a mark seals.
var marked = []byte("achledger")

// Mark is something sealed by the master key in a folder, by which the key is
// known again.
func Mark(dir string) ([]byte, error) {
	m, err := inFolder(dir, disk{}).readMaster()
	if err != nil {
		return nil, err
	}
	return m.aead.Encrypt(marked, bind(nil, "mark"))
}

// CheckMark is ErrWrongMaster when the master key in a folder is not the one that
// made a mark, and ErrNoMaster when there is none.
func CheckMark(dir string, mark []byte) error {
	k := inFolder(dir, disk{})
	m, err := k.readMaster()
	if err != nil {
		return err
	}
	if plain, err := m.aead.Decrypt(mark, bind(nil, "mark")); err != nil || !bytes.Equal(plain, marked) {
		return fmt.Errorf("%w: %s is not the one that this ledger's keys are wrapped by: copy that one there", ErrWrongMaster, k.masterFile())
	}
	return nil
}
