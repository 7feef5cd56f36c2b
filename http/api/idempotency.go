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
	// Key adds the idempotency key to the write, so that key and events become
	// durable together; without a key it does nothing.
	Key ledger.Option

	before *eventstore.KeyUse
}

// Repeated reports whether the request was answered before.
func (o Once) Repeated() bool { return o.before != nil }

// SecretIsGone refuses a repeated request whose answer contained a secret; other
// tells the caller how to get a new one.
func SecretIsGone(other string) error {
	return domain.Refuse(domain.Conflict, "this was done before; the secret was shown once and is not kept: %s", other)
}

// Before returns the first use of the key. Its events rebuild the first answer.
func (o Once) Before() (use eventstore.KeyUse, repeated bool) {
	if o.before == nil {
		return use, false
	}
	return *o.before, true
}

// Once reads the Idempotency-Key of a POST, which is answered once for each key
// of a client at its method and path. Input identifies the request; only its
// keyed hash is stored. Other input under a used key is a 422. A refusal writes
// no event, so it uses up no key.
//
// Of two concurrent requests with one key, the later write fails with a
// *eventstore.KeyUsedError. Its handler then runs again and finds the first
// use.
func (s *Kit) Once(c echo.Context, who Caller, input []byte) (Once, error) {
	r := c.Request()
	name, err := IdempotencyKey(r)
	if err != nil {
		return Once{}, err
	}
	if err := s.StillValid(r.Context(), who); err != nil {
		return Once{}, err // it may have been revoked while the body arrived
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

// again runs a handler once more if another request used its key meanwhile. The
// body can be read again.
func (s *Kit) again(h Handler) Handler {
	return func(c echo.Context, who Caller) error {
		err := h(c, who)
		if err != nil && s.overtaken(c, who, err) {
			return h(c, who)
		}
		return err
	}
}

// overtaken reports whether a request failed because another one used its key
// first: the log refused the key, or a rule refused what the other request had
// just done, such as a second link of an account. The answer to the other one is
// the answer to both.
func (s *Kit) overtaken(c echo.Context, who Caller, err error) bool {
	var race *eventstore.KeyUsedError
	if errors.As(err, &race) {
		return true
	}
	r := c.Request()
	name, bad := IdempotencyKey(r)
	if domain.CodeOf(err) == "" || r.Method != http.MethodPost || name == "" || bad != nil || c.Response().Header().Get(ReplayedHeader) != "" {
		return false
	}
	_, used, failed := s.usedKey(r, eventstore.IdempotencyKey{Client: who.Client, Scope: keyScope(r), Key: name})
	return used && failed == nil
}

// keyScope is the method and path in which a key identifies one request. Ids
// are case-insensitive, and so is the path.
func keyScope(r *http.Request) string { return r.Method + " " + strings.ToLower(r.URL.Path) }

// usedKey finds the use of a key, including those of earlier releases, which
// stored the path in its original case.
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
