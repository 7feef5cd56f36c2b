package api

import (
	"context"
	"crypto/sha256"
	"sync"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// AccessLife is the lifetime of an access token.
const AccessLife = time.Hour

// tokenRest is how long an expired token is remembered, to tell a caller that
// still sends it from one that guesses.
const tokenRest = 24 * time.Hour

// A credential may obtain this many tokens at once, then one every so often:
// each is a durable row that lives for one or twelve hours, and a client needs
// one an hour.
const (
	tokensAtOnce = 100
	tokenEvery   = 10 * time.Second
)

// IssueToken issues a token to a caller and returns once it is durable. Once a
// day it deletes expired tokens. A caller that asks too often gets 429.
func (s *Kit) IssueToken(ctx context.Context, kind string, who Caller, life time.Duration) (token string, expires time.Time, err error) {
	if err := s.tokenRates.allow(who.Key); err != nil {
		return "", time.Time{}, err
	}
	if who.Client == domain.LedgerClient {
		err := s.audit(ledger.WithRequest(ctx, "", who.Key), domain.LedgerClient, domain.AuditSignedIn{Credential: who.Key, Token: kind})
		if err != nil {
			return "", time.Time{}, err
		}
	}
	now := s.Now().UTC()
	token, expires = ledger.NewSecret(), now.Add(life)
	err = s.Tokens.PutToken(ctx, eventstore.Token{
		Hash: ledger.HashSecret(token), Kind: kind, Credential: who.Key, Client: who.Client, Scopes: who.Scopes, ExpiresAt: expires,
	})
	if last := s.purged.Load(); err == nil && now.Sub(time.Unix(last, 0)) > tokenRest && s.purged.CompareAndSwap(last, now.Unix()) {
		err = s.Tokens.PurgeTokens(ctx, now.Add(-tokenRest))
	}
	return token, expires, err
}

// accessToken finds an issued access token, expired or not.
func (s *Kit) accessToken(ctx context.Context, token string) (eventstore.Token, bool, error) {
	if !ledger.WellFormedSecret(token) {
		return eventstore.Token{}, false, nil
	}
	hash, now := sha256.Sum256([]byte(token)), s.Now()
	t, ok, seen := s.TokenCache.get(hash, now)
	if ok {
		return t, true, nil
	}
	t, ok, err := s.Tokens.Token(ctx, hash[:])
	if err != nil || !ok || t.Kind != eventstore.AccessToken {
		return eventstore.Token{}, false, err
	}
	s.TokenCache.put(hash, cachedToken{t, now}, seen)
	return t, true, nil
}

// tokenCache caches tokens that were looked up. A token never changes; whether
// its credential is still valid is checked every time. Whether the token itself
// was revoked is known at once where that was done, and everywhere after
// tokenFresh.
type tokenCache struct {
	mu      sync.RWMutex
	of      map[[32]byte]cachedToken
	revoked int // how many were forgotten because they were revoked
}

// cachedToken is a token as it was read at a moment of machine time.
type cachedToken struct {
	eventstore.Token
	readAt time.Time
}

const (
	maxTokens = 16 << 10 // when full, the cache starts over
	// tokenFresh is how long a cached token is used without looking it up again:
	// another node may have revoked it, and tells nobody.
	tokenFresh = time.Second
)

func newTokenCache() *tokenCache { return &tokenCache{of: map[[32]byte]cachedToken{}} }

// get also returns how many tokens had been revoked by then, for put.
func (c *tokenCache) get(hash [32]byte, now time.Time) (t eventstore.Token, ok bool, revoked int) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	cached, ok := c.of[hash]
	age := now.Sub(cached.readAt) // negative after the clock was set back
	return cached.Token, ok && age >= 0 && age < tokenFresh, c.revoked
}

// Forget drops a credential's token that was revoked.
func (c *tokenCache) Forget(hash [32]byte, credential string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.revoked++
	if c.of[hash].Credential == credential {
		delete(c.of, hash)
	}
}

// put adds a token that was read after get, unless any token was revoked
// meanwhile, which may have been this one.
func (c *tokenCache) put(hash [32]byte, t cachedToken, revoked int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.revoked != revoked {
		return
	}
	if len(c.of) >= maxTokens {
		clear(c.of)
	}
	c.of[hash] = t
}
