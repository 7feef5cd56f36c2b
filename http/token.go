package http

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"
)

// Kinds of tokens.
const (
	accessKind  = "access"
	refreshKind = "refresh"
)

// Token is what is kept of a token: never the token itself.
type Token struct {
	Hash       []byte // SHA-256
	Kind       string // access or refresh
	Credential string // key
	Client     string
	Scopes     []string
	ExpiresAt  time.Time // machine time
}

// Tokens keeps tokens over restarts.
type Tokens interface {
	PutToken(ctx context.Context, t Token) error
	Token(ctx context.Context, hash []byte) (t Token, ok bool, err error)
}

// secret makes 256 random bits, as text that fits a URL and a header.
func secret() string {
	var b [32]byte
	rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// hashed is what is kept of a token or a secret. They carry 256 random bits,
// so a slow hash would add nothing.
func hashed(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// issue makes a token for a caller and returns when it is durable.
func (s *Server) issue(ctx context.Context, kind string, who Caller, life time.Duration) (token string, expires time.Time, err error) {
	token, expires = secret(), s.Now().Add(life).UTC()
	err = s.Tokens.PutToken(ctx, Token{
		Hash: hashed(token), Kind: kind, Credential: who.Key, Client: who.Client, Scopes: who.Scopes, ExpiresAt: expires,
	})
	return token, expires, err
}

// accessToken finds a token that was issued for access, expired or not.
func (s *Server) accessToken(ctx context.Context, token string) (Token, bool, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return Token{}, false, nil
	}
	hash := sha256.Sum256([]byte(token))
	if t, ok := s.tokens.get(hash); ok {
		return t, true, nil
	}
	t, ok, err := s.Tokens.Token(ctx, hash[:])
	if err != nil || !ok || t.Kind != accessKind {
		return Token{}, false, err
	}
	s.tokens.put(hash, t)
	return t, true, nil
}

// tokenCache remembers tokens that were looked up. What it says of a token
// never changes; whether its credential is still good is asked every time.
type tokenCache struct {
	mu sync.RWMutex
	of map[[32]byte]Token
}

const maxTokens = 16 << 10 // remembered; then it starts anew

func newTokenCache() *tokenCache { return &tokenCache{of: map[[32]byte]Token{}} }

func (c *tokenCache) get(hash [32]byte) (Token, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	t, ok := c.of[hash]
	return t, ok
}

func (c *tokenCache) put(hash [32]byte, t Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.of) >= maxTokens {
		clear(c.of)
	}
	c.of[hash] = t
}
