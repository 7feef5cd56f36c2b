package ledger

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
)

// keyLength makes keys hard to confuse with each other. They are not secret.
const keyLength = 20

// keyLetters leave out letters that look alike.
const keyLetters = "abcdefghjkmnpqrstuvwxyz23456789"

// newKey returns a random name for a credential. It contains no full stop,
// colon or slash, because it is used in headers and paths.
func newKey() string {
	b := make([]byte, keyLength)
	rand.Read(b) // never fails
	for i := range b {
		b[i] = keyLetters[int(b[i])%len(keyLetters)]
	}
	return string(b)
}

// wellFormedKey reports whether a key has the form that newKey makes. Any other
// is refused before it is looked up or remembered.
func wellFormedKey(key string) bool {
	if len(key) != keyLength {
		return false
	}
	for i := range len(key) {
		if c := key[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// secretLength is the length of the text that NewSecret returns.
const secretLength = 43

// NewSecret makes 256 random bits, as text that fits a URL and a header.
func NewSecret() string {
	var b [32]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// WellFormedSecret reports whether a text has the length of NewSecret's.
func WellFormedSecret(s string) bool { return len(s) == secretLength }

// HashSecret is the form in which a secret or a token is kept. They have 256
// random bits, so a slow hash would add nothing.
func HashSecret(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// CredentialRequest describes a new credential.
type CredentialRequest struct {
	Client      string // or domain.LedgerClient
	Scopes      []string
	Name, Owner string    // for people; optional
	ExpiresAt   time.Time // machine time; zero: never
	Now         time.Time // machine time
}

// IssuedCredential is a credential with its secret, which is shown only once.
type IssuedCredential struct {
	Key       string     `json:"key"`
	Secret    string     `json:"secret"`
	Scopes    []string   `json:"scopes"`
	Name      string     `json:"name,omitempty"`
	Owner     string     `json:"owner,omitempty"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

// NewCredential makes a key and a secret, and the change that issues them, to
// be written alone or with others. A refusal names the field.
func (l *Ledger) NewCredential(r CredentialRequest) (IssuedCredential, Change, error) {
	issued := IssuedCredential{Key: newKey(), Secret: NewSecret(), Scopes: r.Scopes, Name: r.Name, Owner: r.Owner}
	if !r.ExpiresAt.IsZero() {
		issued.ExpiresAt = &r.ExpiresAt
	}
	sealed, err := l.Keys.Seal(domain.LedgerClient, HashSecret(issued.Secret), forSecretOf(issued.Key))
	if err != nil {
		return IssuedCredential{}, Change{}, fmt.Errorf("seal the secret's hash of a credential: %w", err)
	}
	events, err := domain.IssueCredential{
		Key: issued.Key, Client: r.Client, Scopes: r.Scopes, SealedHash: sealed,
		Name: r.Name, Owner: r.Owner, ExpiresAt: r.ExpiresAt, Now: r.Now,
	}.Decide(domain.Credential{})
	if err != nil {
		return IssuedCredential{}, Change{}, err
	}
	return issued, Change{Stream: domain.CredentialStream(issued.Key), Client: r.Client, Expect: 0, Events: events}, nil
}

// IssueCredential issues a credential and returns when it is durable. With
// *Awaiting it also returns the credential, which becomes valid once another
// person has approved it.
func (l *Ledger) IssueCredential(ctx context.Context, r CredentialRequest, options ...Option) (IssuedCredential, error) {
	issued, change, err := l.NewCredential(r)
	if err != nil {
		return IssuedCredential{}, err
	}
	for _, o := range options {
		o(&change)
	}
	_, err = l.Write(ctx, change)
	var waits *Awaiting
	switch {
	case errors.As(err, &waits):
		return issued, err
	case err != nil:
		return IssuedCredential{}, fmt.Errorf("issue a credential for client %s: %w", r.Client, err)
	}
	return issued, nil
}

// Credential reads a credential, with its secret's hash opened; one that does
// not exist has version 0.
func (l *Ledger) Credential(ctx context.Context, key string) (domain.Credential, error) {
	c, err := Load(ctx, l, CredentialStream("", key))
	if err != nil || c.SealedHash == nil {
		return l.Confirmed(c), err
	}
	c.SecretHash, err = l.openSecretHash(key, c.SealedHash)
	return l.Confirmed(c), err
}

// Confirmed sets in a credential whether it is accepted after a restore of the
// log. That changes without an event of the credential.
func (l *Ledger) Confirmed(c domain.Credential) domain.Credential {
	if l.Unconfirmed != nil {
		upTo := l.Unconfirmed()
		c.Unconfirmed = upTo > 0 && c.Position <= upTo
	}
	return c
}

func (l *Ledger) openSecretHash(key string, sealed domain.Sealed) ([]byte, error) {
	hash, err := l.Keys.Open(domain.LedgerClient, sealed, forSecretOf(key))
	if err != nil {
		return nil, fmt.Errorf("open the secret's hash of credential %s: %w", key, err)
	}
	return hash, nil
}

// CheckSecretHash checks that a sealed hash belongs to its credential.
func (l *Ledger) CheckSecretHash(key string, sealed domain.Sealed) error {
	_, err := l.openSecretHash(key, sealed)
	return err
}

// forSecretOf binds a sealed hash to its key, so that it cannot be opened as
// the hash of another credential.
func forSecretOf(key string) string { return "secret-hash/" + key }
