package people

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// linkRecord is the row of a link.
type linkRecord struct {
	// Direct marks a link that signs in by itself, in a sandbox.
	Direct bool `json:"direct,omitempty"`
	// Disabled is as in sessionRecord: a link does not become valid again either.
	Disabled int64 `json:"disabled,omitempty"`
}

func idOf(secret string) string { return hex.EncodeToString(ledger.HashSecret(secret)) }

// Link makes the secret of a link with which a person sets a password and an
// authenticator app, once and within LinkLife. It ends earlier links of the
// person and the setups that were begun with them. Only the owner of the ledger's
// folder may call it.
func (s *SignIns) Link(ctx context.Context, email string) (secret string, until time.Time, err error) {
	return s.newLink(ctx, email, linkRecord{})
}

// DirectLink makes the secret of a link that signs in by itself, without
// password or app: for a demo, in a sandbox only.
func (s *SignIns) DirectLink(ctx context.Context, email string) (secret string, until time.Time, err error) {
	if !s.Sandbox {
		return "", time.Time{}, domain.Refuse(domain.RuleBroken, "only in a sandbox does a link sign in by itself")
	}
	return s.newLink(ctx, email, linkRecord{Direct: true})
}

func (s *SignIns) newLink(ctx context.Context, email string, l linkRecord) (string, time.Time, error) {
	all, err := s.Ledger.Operators(ctx)
	if err != nil {
		return "", time.Time{}, err
	}
	p, ok := all.Find(email)
	switch {
	case !ok:
		return "", time.Time{}, domain.Refuse(domain.NotFound, "there is no operator %.80q: add the person first", email)
	case p.Disabled:
		return "", time.Time{}, domain.Refuse(domain.Conflict, "operator %[1]s is disabled: an admin enables the person under People in the console, or whoever has ops:admin with PATCH /v1/ops/operators/%[1]s", p.Email)
	}
	if err := s.Ledger.Audit(ctx, domain.LedgerClient, domain.LinkMade{Operator: p.Email}); err != nil {
		return "", time.Time{}, err
	}
	// A new link is often asked for because somebody else used the one before: what
	// that person has begun must not be finished.
	for _, kind := range []string{linkRow, setupRow} {
		if err := s.Rows.DeletePersonRows(ctx, kind, p.Email); err != nil {
			return "", time.Time{}, err
		}
	}
	l.Disabled = p.DisabledAt
	secret := ledger.NewSecret()
	return secret, s.Now().Add(LinkLife), s.put(ctx, linkRow, idOf(secret), p.Email, l, LinkLife)
}

// take uses up a link and returns its person.
func (s *SignIns) take(ctx context.Context, secret, address string, direct bool) (domain.Operator, error) {
	if wait := s.addresses.Wait(ledger.Network(address)); wait > 0 {
		return domain.Operator{}, &Error{Wait: wait}
	}
	row, ok, err := s.Rows.PersonRow(ctx, linkRow, idOf(secret))
	var l linkRecord
	if err == nil {
		ok, err = s.read(row, ok, &l)
	}
	if err == nil && ok && l.Direct == direct { // a link of the other kind is not used up
		_, ok, err = s.Rows.TakePersonRow(ctx, linkRow, row.ID)
	} else {
		ok = false
	}
	if err != nil {
		return domain.Operator{}, err
	}
	if !ok {
		return domain.Operator{}, s.failed("", address, ErrLink)
	}
	p, ok, restored, err := s.person(ctx, row.Person)
	switch {
	case err != nil:
		return p, err
	case restored:
		return p, &Error{Restored: true}
	case !ok || p.DisabledAt != l.Disabled:
		return p, ErrLink
	}
	return p, nil
}

// SignInByLink signs in by a link of DirectLink, in a sandbox only.
func (s *SignIns) SignInByLink(ctx context.Context, secret, address string) (Session, error) {
	if !s.Sandbox {
		return Session{}, ErrLink
	}
	p, err := s.take(ctx, secret, address, true)
	if err != nil {
		return Session{}, err
	}
	return s.begin(ctx, p, "link", address)
}
