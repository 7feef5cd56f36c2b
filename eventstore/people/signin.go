package people

import (
	"context"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// kept is the row of a password and its authenticator app.
type kept struct {
	Hash string `json:"hash"` // argon2id
	TOTP []byte `json:"totp"` // sealed
}

// SignIn signs in with a password and the code of an authenticator app. A wrong
// address, password or code is refused in the same words, and an unknown
// address takes as long as a wrong password.
func (s *SignIns) SignIn(ctx context.Context, email, password, code, address string) (Session, error) {
	email = domain.NormalEmail(email)
	if wait := s.wait(email, address); wait > 0 {
		return Session{}, &Error{Wait: wait}
	}
	p, ok, restored, err := s.person(ctx, email)
	if err != nil {
		return Session{}, err
	}
	var known kept
	if ok || restored {
		row, found, err := s.Rows.PersonRow(ctx, passwordRow, email)
		if err == nil {
			_, err = s.read(row, found, &known)
		}
		if err != nil {
			return Session{}, err
		}
	}
	right, err := s.matches(ctx, known.Hash, password)
	if err != nil {
		return Session{}, err
	}
	if !right {
		return Session{}, s.failed(email, address, &Error{})
	}
	// Guesses sent at once all pass the first wait and then queue for a hash. Those
	// that come after too many failures wait, before the code is compared.
	if wait := s.wait(email, address); wait > 0 {
		return Session{}, &Error{Wait: wait}
	}
	step, right, err := s.codeOf(email, known.TOTP, code)
	if err == nil && right {
		right, err = s.useStep(ctx, email, step)
	}
	switch {
	case err != nil:
		return Session{}, err
	case !right:
		return Session{}, s.failed(email, address, &Error{})
	case restored:
		return Session{}, &Error{Restored: true}
	}
	return s.begin(ctx, p, "password", address)
}

// Identity is a person as an OpenID provider identifies them.
type Identity struct {
	Issuer   string
	Subject  string
	Email    string
	Verified bool // the provider says that the address is the person's
}

// SignInAs signs in an operator whom an OpenID provider has identified by a
// verified e-mail address. No code is needed here: a second factor is the
// provider's matter.
func (s *SignIns) SignInAs(ctx context.Context, who Identity, address string) (Session, error) {
	email := domain.NormalEmail(who.Email)
	p, ok, restored, err := s.person(ctx, email)
	switch {
	case err != nil:
		return Session{}, err
	case restored:
		return Session{}, &Error{Restored: true}
	case !ok || !who.Verified || email == "":
		return Session{}, s.failed(email, address, &Error{reason: "nobody here has this e-mail address, or the provider has not verified it"})
	}
	return s.begin(ctx, p, "openid "+who.Issuer, address)
}

func (s *SignIns) wait(email, address string) time.Duration {
	from := ledger.Network(address)
	return max(s.pairs.Wait(email+" "+from), s.addresses.Wait(from), s.persons.Wait(email))
}

// failed counts a failed sign-in. It returns its error or, after too many, how
// long to wait. email is "" if no person was named. Failures are written to the
// server's logs and not to the event log, which a stranger must not be able to
// fill.
func (s *SignIns) failed(email, address string, why *Error) error {
	s.Failed()
	from := ledger.Network(address)
	wait := s.addresses.Failed(from)
	if email != "" {
		wait = max(wait, s.pairs.Failed(email+" "+from), s.persons.Failed(email))
	}
	if wait > 0 {
		return &Error{Wait: wait}
	}
	s.Log.Warn("sign-in failed", "operator", fmt.Sprintf("%.80q", email), "address", from)
	return why
}
