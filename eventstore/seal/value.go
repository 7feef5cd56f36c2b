package seal

import (
	"encoding/binary"
	"fmt"
)

// Seal encrypts plain for a client and a purpose, such as "account number";
// only Open with the same two opens it. Equal values sealed twice differ.
// The first call for a client makes its keys and returns when they are
// durable. One key is good for some four billion values;
// RotateClient makes another.
//
// Errors: ErrDestroyed; ErrNoMaster, ErrWrongMaster and disk errors for a
// client that was not used since opening; ErrNoKey when read-only.
func (k *Keyring) Seal(client string, plain []byte, purpose string) ([]byte, error) {
	c, err := k.orNew(client)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	sealed, err := c.seal.Encrypt(plain, bind(make([]byte, 0, 96), "value", client, purpose))
	if err != nil {
		return nil, fmt.Errorf("seal for client %s: %w", client, err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same client and purpose.
//
// Errors: ErrNotAuthentic, ErrNoKey, ErrDestroyed, ErrNoMaster,
// ErrWrongMaster. NotCheckable tells which of them are nobody's fault.
func (k *Keyring) Open(client string, sealed []byte, purpose string) ([]byte, error) {
	c, err := k.existing(client)
	if err != nil {
		return nil, fmt.Errorf("open sealed value: %w", err)
	}
	if !c.knows(sealed) {
		if c, err = k.reread(client); err != nil {
			return nil, fmt.Errorf("open sealed value: %w", err)
		}
	}
	plain, err := c.seal.Decrypt(sealed, bind(make([]byte, 0, 96), "value", client, purpose))
	if err != nil {
		return nil, fmt.Errorf("open sealed value of client %s as %q: %w", client, purpose, ErrNotAuthentic)
	}
	return plain, nil
}

// bind appends parts to b so that no two lists of parts give equal bytes:
// each is preceded by its length.
func bind(b []byte, parts ...string) []byte {
	for _, p := range parts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}
