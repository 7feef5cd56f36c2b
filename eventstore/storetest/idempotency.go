package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

var idempotency = []test{
	{"a key remembers its first use", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("z", 0, 1))
		a := under(to("a", 0, 1), "k")
		result := mustAppend(t, s, a, to("b", 0, 2))
		use, ok, err := s.Key(t.Context(), *a.Idempotency)
		if err != nil || !ok {
			t.Fatalf("got %v, %v", ok, err)
		}
		if use.First != result.First || use.Last != result.Last || !bytes.Equal(use.RequestHash, a.RequestHash) {
			t.Errorf("got %+v, want positions %v", use, result)
		}
		if at := readAll(t, s)[result.First-1].RecordedAt; !use.At.Equal(at) {
			t.Errorf("used at %s, want the time of its events %s", use.At, at)
		}
	}},

	{"a key that nobody used is new", func(t *testing.T, s eventstore.Store) {
		_, ok, err := s.Key(t.Context(), eventstore.IdempotencyKey{Client: "c1", Scope: "POST /", Key: "k"})
		if ok || err != nil {
			t.Errorf("got %v, %v", ok, err)
		}
	}},

	{"using a key again writes nothing and tells its first use", func(t *testing.T, s eventstore.Store) {
		first := mustAppend(t, s, under(to("a", 0, 2), "k"))
		again := under(to("b", 0, 1), "k")
		again.RequestHash = []byte("another request")
		mustBeUsed(t, s, first, again)
		mustBeUsed(t, s, first, to("b", 0, 1), under(to("c", 0, 1), "k"))
		mustStandAt(t, s, 2)
	}},

	{"a repeated request hears of its first use before its stale version", func(t *testing.T, s eventstore.Store) {
		first := mustAppend(t, s, under(to("a", 0, 1), "k"))
		mustBeUsed(t, s, first, under(to("a", 0, 1), "k"))
		mustBeUsed(t, s, first, to("a", 0, 1), under(to("b", 0, 1), "k"))
	}},

	{"a refused call does not use up its key", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 1))
		_, err := s.Append(t.Context(), under(to("a", 0, 1), "k"))
		mustBeVersionError(t, err, "a", 0)
		_, err = s.Append(t.Context(), under(to("b", 0, 1), "k"), to("a", 5, 1))
		mustBeVersionError(t, err, "a", 5)
		mustAppend(t, s, under(to("a", 1, 1), "k"))
		mustStandAt(t, s, 2)
	}},

	{"the same key of another client or scope is another key", func(t *testing.T, s eventstore.Store) {
		for i, key := range []eventstore.IdempotencyKey{
			{Client: "c1", Scope: "POST /api/transaction", Key: "k"},
			{Client: "c2", Scope: "POST /api/transaction", Key: "k"},
			{Client: "c1", Scope: "POST /v1/nacha", Key: "k"},
		} {
			a := to(fmt.Sprint(i), 0, 1)
			a.Idempotency = &key
			want := mustAppend(t, s, a)
			if use, ok, err := s.Key(t.Context(), key); err != nil || !ok || use.First != want.First {
				t.Errorf("key %v: %+v, %v, %v; want %v", key, use, ok, err, want)
			}
			_, err := s.Append(t.Context(), a)
			var used *eventstore.KeyUsedError
			if !errors.As(err, &used) || used.Use.First != want.First {
				t.Errorf("key %v again: %v; want the use at %v", key, err, want)
			}
		}
		mustStandAt(t, s, 3)
	}},

	{"of many that race with one key, one wins and the others learn where it stands", func(t *testing.T, s eventstore.Store) {
		const rounds, racers = 20, 32
		for round := range rounds {
			key := fmt.Sprint("k", round)
			var wg sync.WaitGroup
			results := make([]eventstore.Result, racers)
			errs := make([]error, racers)
			for i := range racers {
				wg.Go(func() {
					stream := fmt.Sprint(round, "/", i)
					results[i], errs[i] = s.Append(t.Context(), under(to(stream, 0, 1), key), to(stream+"b", 0, 1))
				})
			}
			wg.Wait()
			winner := -1
			for i, err := range errs {
				if err == nil {
					if winner >= 0 {
						t.Fatalf("two won with key %s", key)
					}
					winner = i
				}
			}
			if winner < 0 {
				t.Fatalf("nobody won with key %s: %v", key, errs[0])
			}
			for i, err := range errs {
				var used *eventstore.KeyUsedError
				if i != winner && (!errors.As(err, &used) || used.Use.First != results[winner].First) {
					t.Fatalf("a loser got %v, want the use at %v", err, results[winner])
				}
			}
		}
		mustStandAt(t, s, 2*rounds)
	}},
}

func mustBeUsed(t *testing.T, s eventstore.Store, first eventstore.Result, appends ...eventstore.Append) {
	t.Helper()
	_, err := s.Append(t.Context(), appends...)
	var used *eventstore.KeyUsedError
	if !errors.As(err, &used) {
		t.Fatalf("got error %v, want a KeyUsedError", err)
	}
	if used.Use.First != first.First || used.Use.Last != first.Last || used.Key.Key != "k" || string(used.Use.RequestHash) != "hash of k" {
		t.Errorf("got %+v, want the use at %v", used, first)
	}
}
