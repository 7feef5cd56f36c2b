package seal

import (
	"encoding/base64"
	"fmt"
)

// fingerprintBytes is the length of a fingerprint before encoding: 128 bits.
const fingerprintBytes = 16

// Fingerprint returns the same short text for the same parts of the same
// client, and another for any others: routing and account number, say.
// Without the client's key nobody can try account numbers against it. It is
// 22 characters of unpadded base64url.
//
// Errors are those of Seal.
func (k *Keyring) Fingerprint(client string, parts ...string) (string, error) {
	sum, err := k.hash(client, bind(make([]byte, 0, 96), append([]string{"fingerprint"}, parts...)...), fingerprintBytes)
	if err != nil {
		return "", fmt.Errorf("fingerprint: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// MAC returns a keyed SHA-256 of a request's input, which an idempotency key
// is stored with: the log keeps no plain hash of an account number, which
// could be found by trying them all. It is 32 bytes.
//
// Errors are those of Seal.
func (k *Keyring) MAC(client string, input []byte) ([]byte, error) {
	b := bind(make([]byte, 0, 24+len(input)), "request")
	sum, err := k.hash(client, append(b, input...), 32)
	if err != nil {
		return nil, fmt.Errorf("hash request: %w", err)
	}
	return sum, nil
}

func (k *Keyring) hash(client string, input []byte, size uint32) ([]byte, error) {
	c, err := k.orNew(client)
	if err != nil {
		return nil, err
	}
	return c.hash.ComputePrimaryPRF(input, size)
}
