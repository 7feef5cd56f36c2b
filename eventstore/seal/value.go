package seal

import (
	"encoding/binary"
	"fmt"
)

// Seal encrypts plain for a client and a purpose, such as "account number";
// Open needs the same two. Sealing a value again gives other bytes. The first
// call for a client makes its keys, durably. One key is good for some four
// billion values; RotateClient makes another.
//
// Errors: ErrDestroyed; ErrNoMaster, ErrWrongMaster and disk errors if the
// client's keys are not in memory; ErrNoKey if the keyring is read-only.
func (k *Keyring) Seal(client string, plain []byte, purpose string) ([]byte, error) {
	c, err := k.orNew(client)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	sealed, err := c.seal.Encrypt(plain, bindValue(client, purpose))
	if err != nil {
		return nil, fmt.Errorf("seal for client %s: %w", client, err)
	}
	return sealed, nil
}

// Open decrypts what Seal made for the same client and purpose.
//
// Errors: ErrNotAuthentic, ErrNoKey, ErrDestroyed, ErrNoMaster, ErrWrongMaster.
// NotCheckable tells which of them do not mean damage.
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
	plain, err := c.seal.Decrypt(sealed, bindValue(client, purpose))
	if err != nil {
		return nil, fmt.Errorf("open sealed value of client %s as %q: %w", client, purpose, ErrNotAuthentic)
	}
	return plain, nil
}

// bindValue is what a sealed value is bound to.
func bindValue(client, purpose string) []byte {
	return bind(make([]byte, 0, 192), "value", client, purpose) // most purposes name a stream
}

// bind appends parts to b, each after its length, so that different lists of
// parts never give equal bytes.
func bind(b []byte, parts ...string) []byte {
	for _, p := range parts {
		b = binary.BigEndian.AppendUint64(b, uint64(len(p)))
		b = append(b, p...)
	}
	return b
}
