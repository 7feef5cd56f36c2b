package people

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/achledger/achledger/domain"
)

// Parameters of Argon2id, from OWASP's Password Storage Cheat Sheet: 19 MiB,
// two passes, one lane. Few hashes are computed at once, so that strangers
// cannot use up the memory.
const (
	argonMemory  = 19 << 10 // KiB
	argonTime    = 2
	argonLanes   = 1
	argonLength  = 32
	saltLength   = 16
	hashedAtOnce = 2
)

// Bounds of a password, in characters and in bytes. NIST SP 800-63B: length
// counts, composition does not.
const (
	ShortestPassword = 12
	longestPassword  = 256
)

// checkPassword refuses a password that is too short or too long, or easy to
// guess.
func checkPassword(password string, p domain.Operator) error {
	weak := func(why string) error {
		return domain.RefuseField(domain.Invalid, "/password", "weak", "%s", why)
	}
	name, _, _ := strings.Cut(p.Email, "@")
	lower := strings.ToLower(password)
	switch {
	case utf8.RuneCountInString(password) < ShortestPassword || len(password) > longestPassword:
		return weak(fmt.Sprintf("%d characters or more, and at most %d bytes", ShortestPassword, longestPassword))
	case strings.Contains(lower, p.Email), len(name) > 2 && strings.Contains(lower, name):
		return weak("must not contain your e-mail address or its name")
	case strings.Trim(password, password[:1]) == "":
		return weak("must not be one character again and again")
	}
	return nil
}

// hash returns the hash of a password, with its parameters and salt, as it is
// stored.
func (s *SignIns) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	rand.Read(salt) // never fails
	sum, err := s.argon(ctx, password, salt, argonMemory, argonTime, argonLanes)
	if err != nil {
		return "", err
	}
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, enc.EncodeToString(salt), enc.EncodeToString(sum)), nil
}

// argon waits until fewer than hashedAtOnce hashes are being computed, then
// computes one.
func (s *SignIns) argon(ctx context.Context, password string, salt []byte, memory, passes uint32, lanes uint8) ([]byte, error) {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
		return argon2.IDKey([]byte(password), salt, passes, memory, lanes, argonLength), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// errHash says that a stored hash is not in the format of hash.
var errHash = errors.New("what is kept of a password cannot be read")

// matches compares a password with a stored hash. Without a hash it takes as
// long, so that the time does not tell whether the person exists.
func (s *SignIns) matches(ctx context.Context, hash, password string) (bool, error) {
	if len(password) > longestPassword { // none is that long, and the beginning of one must not do
		hash, password = "", ""
	}
	if hash == "" {
		_, err := s.argon(ctx, password, make([]byte, saltLength), argonMemory, argonTime, argonLanes)
		return false, err
	}
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errHash
	}
	var version int
	var memory, passes uint32
	var lanes uint8
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil || version != argon2.Version {
		return false, errHash
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, errHash
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) != argonLength {
		return false, errHash
	}
	got, err := s.argon(ctx, password, salt, memory, passes, lanes)
	return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
}
