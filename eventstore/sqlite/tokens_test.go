package sqlite_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

func token(text, credential string, expires time.Time) eventstore.Token {
	hash := sha256.Sum256([]byte(text))
	return eventstore.Token{Hash: hash[:], Kind: eventstore.AccessToken, Credential: credential, Client: "c1",
		Scopes: []string{"transactions:read", "transactions:write"}, ExpiresAt: expires}
}

func put(t *testing.T, s *sqlite.Store, tokens ...eventstore.Token) {
	t.Helper()
	for _, token := range tokens {
		if err := s.PutToken(t.Context(), token); err != nil {
			t.Fatal(err)
		}
	}
}

func has(t *testing.T, s *sqlite.Store, token eventstore.Token) bool {
	t.Helper()
	got, ok, err := s.Token(t.Context(), token.Hash)
	if err != nil {
		t.Fatal(err)
	}
	if ok && (!bytes.Equal(got.Hash, token.Hash) || got.Kind != token.Kind || got.Credential != token.Credential ||
		got.Client != token.Client || !slices.Equal(got.Scopes, token.Scopes) || !got.ExpiresAt.Equal(token.ExpiresAt)) {
		t.Errorf("got %+v, want %+v", got, token)
	}
	return ok
}

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestTokensLieBesideTheChain(t *testing.T) {
	t.Run("a token survives a restart, outside the chain", func(t *testing.T) {
		folder := t.TempDir()
		s := open(t, folder, sqlite.Options{})
		put(t, s, token("one", "key", noon))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, folder, sqlite.Options{})
		if !has(t, s, token("one", "key", noon)) {
			t.Error("it is gone")
		}
		if head := headOf(t, s); head.Position != 0 {
			t.Errorf("the log stands at %d", head.Position)
		}
	})
	t.Run("a token without scopes has none", func(t *testing.T) {
		s := open(t, t.TempDir(), sqlite.Options{})
		bare := token("one", "key", noon)
		bare.Scopes = nil
		put(t, s, bare)
		if !has(t, s, bare) || has(t, s, token("two", "key", noon)) {
			t.Error("found the wrong ones")
		}
	})
	t.Run("a revoked credential loses all its tokens and nobody else's", func(t *testing.T) {
		s := open(t, t.TempDir(), sqlite.Options{})
		var wg sync.WaitGroup
		for i := range 1200 {
			wg.Go(func() { put(t, s, token(fmt.Sprint(i), "revoked", noon)) })
		}
		wg.Wait()
		put(t, s, token("other", "kept", noon))
		if err := s.DeleteTokensOf(t.Context(), "revoked"); err != nil {
			t.Fatal(err)
		}
		for i := range 1200 {
			if has(t, s, token(fmt.Sprint(i), "revoked", noon)) {
				t.Fatalf("token %d is left", i)
			}
		}
		if !has(t, s, token("other", "kept", noon)) {
			t.Error("another credential lost its token")
		}
	})
	t.Run("a purge forgets what has expired", func(t *testing.T) {
		s := open(t, t.TempDir(), sqlite.Options{})
		old, edge := token("old", "key", noon.Add(-time.Microsecond)), token("edge", "key", noon)
		put(t, s, old, edge)
		if err := s.PurgeTokens(t.Context(), noon); err != nil {
			t.Fatal(err)
		}
		if has(t, s, old) || !has(t, s, edge) {
			t.Error("it forgot the wrong ones")
		}
	})
	t.Run("a token without a hash is refused", func(t *testing.T) {
		s := open(t, t.TempDir(), sqlite.Options{})
		if err := s.PutToken(t.Context(), eventstore.Token{}); err == nil {
			t.Error("it was taken")
		}
	})
}

// TestAStormOfLogins keeps hundreds of logins waiting at any moment; appends
// get their turn in every commit. Most of them do, whatever keeps one from its
// place in the queue.
func TestAStormOfLogins(t *testing.T) {
	var s *sqlite.Store
	var over, opened atomic.Bool
	var logins, commits atomic.Int64
	var written []int64 // commit with which the log had each position
	s = open(t, t.TempDir(), sqlite.Options{Faults: sqlite.Faults{BeforeCommit: func() error {
		n := commits.Add(1)
		if opened.Load() {
			for head := headOf(t, s).Position; int64(len(written)) < head; {
				written = append(written, n-1)
			}
		}
		return nil
	}}})
	opened.Store(true)
	var wg sync.WaitGroup
	for range 400 {
		wg.Go(func() {
			for !over.Load() {
				put(t, s, token(fmt.Sprint(logins.Add(1)), "key", noon))
			}
		})
	}
	for logins.Load() < 400 {
		time.Sleep(time.Millisecond)
	}
	waited := make([]int64, 50) // commits that each append took, the one under way too
	for i := range waited {
		waited[i] = -commits.Load()
		tell(t, s, "a", int64(i), 1)
	}
	over.Store(true)
	wg.Wait()
	put(t, s, token("last", "key", noon)) // and the commit after the last append
	for i := range waited {
		waited[i] += written[i]
	}
	slices.Sort(waited)
	if median := waited[len(waited)/2]; median > 2 {
		t.Errorf("half of the appends took %d commits or more: %v", median, waited)
	}
}
