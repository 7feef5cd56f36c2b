package http

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// tokenRest is how long an expired token is remembered, to tell those who
// still send it from those who guess.
const tokenRest = 24 * time.Hour

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

// issue makes a token for a caller and returns when it is durable. Once a day
// it forgets those that expired.
func (s *Server) issue(ctx context.Context, kind string, who Caller, life time.Duration) (token string, expires time.Time, err error) {
	now := s.Now().UTC()
	token, expires = secret(), now.Add(life)
	err = s.Tokens.PutToken(ctx, eventstore.Token{
		Hash: hashed(token), Kind: kind, Credential: who.Key, Client: who.Client, Scopes: who.Scopes, ExpiresAt: expires,
	})
	if last := s.purged.Load(); err == nil && now.Sub(time.Unix(last, 0)) > tokenRest && s.purged.CompareAndSwap(last, now.Unix()) {
		err = s.Tokens.PurgeTokens(ctx, now.Add(-tokenRest))
	}
	return token, expires, err
}

// accessToken finds a token that was issued for access, expired or not.
func (s *Server) accessToken(ctx context.Context, token string) (eventstore.Token, bool, error) {
	if len(token) != base64.RawURLEncoding.EncodedLen(32) {
		return eventstore.Token{}, false, nil
	}
	hash := sha256.Sum256([]byte(token))
	if t, ok := s.tokens.get(hash); ok {
		return t, true, nil
	}
	t, ok, err := s.Tokens.Token(ctx, hash[:])
	if err != nil || !ok || t.Kind != eventstore.AccessToken {
		return eventstore.Token{}, false, err
	}
	s.tokens.put(hash, t)
	return t, true, nil
}

// tokenCache remembers tokens that were looked up. What it says of a token
// never changes; whether its credential is still good is asked every time.
type tokenCache struct {
	mu sync.RWMutex
	of map[[32]byte]eventstore.Token
}

const maxTokens = 16 << 10 // remembered; then it starts anew

func newTokenCache() *tokenCache { return &tokenCache{of: map[[32]byte]eventstore.Token{}} }

func (c *tokenCache) get(hash [32]byte) (eventstore.Token, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	t, ok := c.of[hash]
	return t, ok
}

func (c *tokenCache) put(hash [32]byte, t eventstore.Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.of) >= maxTokens {
		clear(c.of)
	}
	c.of[hash] = t
}
