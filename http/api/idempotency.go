package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
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

// Once is the use a request makes of its Idempotency-Key.
type Once struct {
	// Key passes the key on to the write, so that key and events become durable
	// together; it does nothing for a request without one.
	Key ledger.Option

	before *eventstore.KeyUse
}

// Repeated reports whether the request was answered before.
func (o Once) Repeated() bool { return o.before != nil }

// SecretIsGone refuses a repeated request whose answer held a secret; other says
// how to have another.
func SecretIsGone(other string) error {
	return domain.Refuse(domain.Conflict, "this was done before; the secret was shown once and is not kept: %s", other)
}

// Before is the first use of the key. Its events rebuild the first answer.
func (o Once) Before() (use eventstore.KeyUse, repeated bool) {
	if o.before == nil {
		return use, false
	}
	return *o.before, true
}

// Once reads the Idempotency-Key of a POST, which answers once for each key of
// a client at its method and path. Input is what makes two requests the same;
// only a keyed hash of it is kept. Other input under a used key is 422. A
// refusal writes no events, so it is not kept and the key stays free.
//
// Of two requests that are under way with one key, the later write fails with
// a *eventstore.KeyUsedError. Its handler runs again and then finds the first
// use.
func (s *Kit) Once(c echo.Context, who Caller, input []byte) (Once, error) {
	r := c.Request()
	name, err := IdempotencyKey(r)
	if err != nil {
		return Once{}, err
	}
	if err := s.StillGood(r.Context(), who); err != nil {
		return Once{}, err // it was revoked while the body came
	}
	if name == "" {
		return Once{Key: func(*ledger.Change) {}}, nil
	}
	key := eventstore.IdempotencyKey{Client: who.Client, Scope: keyScope(r), Key: name}
	hash, err := s.Ledger.Keys.MAC(who.Client, input)
	if err != nil {
		return Once{}, fmt.Errorf("hash the input of %s: %w", key.Scope, err)
	}
	switch use, used, err := s.usedKey(r, key); {
	case err != nil:
		return Once{}, err
	case !used:
		return Once{Key: ledger.WithKey(&key, hash)}, nil
	case string(use.RequestHash) != string(hash):
		return Once{}, NewProblem(codeKeyReused, "this Idempotency-Key was used before with other input")
	default:
		c.Response().Header().Set(ReplayedHeader, "true")
		return Once{before: &use}, nil
	}
}

// again runs a handler a second time when another request used its key
// meanwhile. The body can be read again.
func again(h Handler) Handler {
	return func(c echo.Context, who Caller) error {
		err := h(c, who)
		var race *eventstore.KeyUsedError
		if errors.As(err, &race) {
			return h(c, who)
		}
		return err
	}
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
