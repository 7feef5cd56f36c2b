package seal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
)

// MakeMaster makes a master key in a folder, for a keyring whose wrapped keys
// are stored elsewhere. made is false if there is one already.
func MakeMaster(dir string) (made bool, err error) {
	k := inFolder(dir, disk{})
	if err := k.disk.makeFolder(dir); err != nil {
		return false, fmt.Errorf("make a master key: %w", err)
	}
	if err := k.disk.syncFolder(dir); err != nil { // an existing one may not be durable yet
		return false, fmt.Errorf("make a master key: %w", err)
	}
	if _, err = k.readMaster(); !errors.Is(err, ErrNoMaster) {
		return false, err
	}
	return true, k.makeMaster()
}

// MakeNext writes a new master key to a file that must not exist yet, for a
// rotation of keys that several processes share.
func MakeNext(path string) error { return disk{}.makeMaster(path) }

// marked is the content of every mark.
var marked = []byte("achledger")

// Mark seals a fixed text with the master key in a folder. The mark identifies
// the key.
func Mark(dir string) ([]byte, error) {
	m, err := inFolder(dir, disk{}).readMaster()
	if err != nil {
		return nil, err
	}
	return m.makeMark()
}

func (m master) makeMark() ([]byte, error) { return m.aead.Encrypt(marked, bind(nil, "mark")) }

// made reports whether the master key made a mark.
func (m master) made(mark []byte) bool {
	plain, err := m.aead.Decrypt(mark, bind(nil, "mark"))
	return err == nil && bytes.Equal(plain, marked)
}

// print returns an identifier of a master key. It reveals nothing of the key,
// as it is a hash of 256 random bits.
func (m master) print() string {
	h := sha256.New()
	h.Write([]byte("achledger/master/"))
	for _, key := range insecurecleartextkeyset.KeysetMaterial(m.handle).GetKey() {
		h.Write(key.GetKeyData().GetValue())
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// CheckMark returns ErrWrongMaster if the master key in a folder did not make
// the mark, and ErrNoMaster if there is none.
func CheckMark(dir string, mark []byte) error {
	k := inFolder(dir, disk{})
	m, err := k.readMaster()
	if err == nil && !m.made(mark) {
		err = k.wrongMaster()
	}
	return err
}
