package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Headers of idempotent requests.
const (
	keyHeader      = "Idempotency-Key"
	ReplayedHeader = "Idempotent-Replayed"
)

// maxKey bounds an idempotency key.
const maxKey = 255

// Once answers a POST once for each Idempotency-Key of a client at this
// method and path. Input is what makes two requests the same; only a keyed
// hash of it is kept.
//
// A first request runs do, which passes key on to the write, so that key and
// events become durable together; without the header key does nothing. A
// repeated one runs again, which rebuilds the first answer from the events of
// use. Other input under the key is 422. A refusal writes no events, so it
// is not kept and the key stays free.
func (s *Kit) Once(c echo.Context, who Caller, input []byte, do func(key ledger.Option) error, again func(use eventstore.KeyUse) error) error {
	r := c.Request()
	name, err := IdempotencyKey(r)
	if err != nil {
		return err
	}
	if err := s.StillGood(r.Context(), who); err != nil {
		return err // it was revoked while the body came
	}
	if name == "" {
		return do(func(*ledger.Change) {})
	}
	key := eventstore.IdempotencyKey{Client: who.Client, Scope: keyScope(r), Key: name}
	hash, err := s.Ledger.Keys.MAC(who.Client, input)
	if err != nil {
		return fmt.Errorf("hash the input of %s: %w", key.Scope, err)
	}
	use, used, err := s.usedKey(r, key)
	if err != nil {
		return err
	}
	if !used {
		err := do(ledger.WithKey(&key, hash))
		var race *eventstore.KeyUsedError
		if !errors.As(err, &race) {
			return err
		}
		use = race.Use
	}
	if string(use.RequestHash) != string(hash) {
		return NewProblem(codeKeyReused, "this Idempotency-Key was used before with other input")
	}
	c.Response().Header().Set(ReplayedHeader, "true")
	return again(use)
}

// keyScope is the method and path within which a key means one request. Ids
// are the same in either case, so the path is, too.
func keyScope(r *http.Request) string { return r.Method + " " + strings.ToLower(r.URL.Path) }

// usedKey finds the use of a key, also one of an earlier release, which kept
// the path in the letter case it came in.
func (s *Kit) usedKey(r *http.Request, key eventstore.IdempotencyKey) (eventstore.KeyUse, bool, error) {
	use, used, err := s.Ledger.Store.Key(r.Context(), key)
	if asSent := r.Method + " " + r.URL.Path; err == nil && !used && asSent != key.Scope {
		key.Scope = asSent
		return s.Ledger.Store.Key(r.Context(), key)
	}
	return use, used, err
}

// IdempotencyKey reads the header; "" when there is none.
func IdempotencyKey(r *http.Request) (string, error) {
	values := r.Header[keyHeader]
	if len(values) == 0 {
		return "", nil
	}
	if key := values[0]; len(values) == 1 && key != "" && len(key) <= maxKey && nacha.Printable(key) {
		return key, nil
	}
	return "", NewProblem(CodeBadRequest, "one Idempotency-Key of 1 to %d printable characters", maxKey)
}
