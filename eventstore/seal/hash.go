package seal

import (
	"encoding/base64"
	"fmt"
)

// fingerprintBytes is the length of a fingerprint before encoding: 128 bits.
const fingerprintBytes = 16

// Fingerprint returns a short text that is the same for the same parts of the
// same client, such as routing and account number, and differs for others.
// Without the client's key nobody can try account numbers against it. It is 22
// characters of unpadded base64url.
//
// Errors are those of Seal.
func (k *Keyring) Fingerprint(client string, parts ...string) (string, error) {
	sum, err := k.hash(client, bind(make([]byte, 0, 96), append([]string{"fingerprint"}, parts...)...), fingerprintBytes)
	if err != nil {
		return "", fmt.Errorf("fingerprint: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// MAC returns a keyed SHA-256 of a request's input, 32 bytes, which is stored
// with the request's idempotency key. A plain hash in the log could be tried
// with every account number.
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
