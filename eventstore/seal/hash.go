package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"sync"

	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf/hmacprf"
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
	sum, err := k.hash(client, bind(bind(make([]byte, 0, 96), "fingerprint"), parts...))
	if err != nil {
		return "", fmt.Errorf("fingerprint: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sum[:fingerprintBytes]), nil
}

// MAC returns a keyed SHA-256 of a request's input, 32 bytes, which is stored
// with the request's idempotency key. A plain hash in the log could be tried
// with every account number.
//
// Errors are those of Seal.
func (k *Keyring) MAC(client string, input []byte) ([]byte, error) {
	sum, err := k.hash(client, forRequest, input)
	if err != nil {
		return nil, fmt.Errorf("hash request: %w", err)
	}
	return sum, nil
}

var forRequest = bind(nil, "request")

func (k *Keyring) hash(client string, parts ...[]byte) ([]byte, error) {
	c, err := k.orNew(client)
	if err != nil {
		return nil, err
	}
	return c.hash.sum(parts...), nil
}

// macs computes what Tink's PRF of a keyset computes: HMAC-SHA-256 with its primary
// key. Tink prepares a hash with the key for every value, which takes longer than
// hashing a short value; macs keeps prepared hashes.
type macs struct{ prepared sync.Pool }

func newMACs(h *keyset.Handle) (*macs, error) {
	primary, err := h.Primary()
	if err != nil {
		return nil, err
	}
	key, ok := primary.Key().(*hmacprf.Key)
	if !ok || key.Parameters().(*hmacprf.Parameters).HashType() != hmacprf.SHA256 {
		return nil, errors.New("the hash key is not one for HMAC-SHA-256")
	}
	secret := key.KeyBytes().Data(insecuresecretdataaccess.Token{})
	m := &macs{}
	m.prepared.New = func() any { return hmac.New(sha256.New, secret) }
	return m, nil
}

// sum is the HMAC of all parts, one after another.
func (m *macs) sum(parts ...[]byte) []byte {
	h := m.prepared.Get().(hash.Hash)
	for _, part := range parts {
		h.Write(part)
	}
	sum := h.Sum(nil)
	h.Reset()
	m.prepared.Put(h)
	return sum
}
