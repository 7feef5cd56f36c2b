package people

import (
	"context"
	"encoding/json"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// sessionRecord is the row of a session.
type sessionRecord struct {
	Ends time.Time `json:"ends"` // at the latest
	Seen time.Time `json:"seen"`
	// Method and Address are those of domain.PersonSignedIn; a session of an
	// earlier release has neither.
	Method  string `json:"method,omitempty"`
	Address string `json:"address,omitempty"`
	// Disabled is the log position at which the person was last disabled before
	// the session: a session does not become valid again when the person is
	// enabled again.
	Disabled int64 `json:"disabled,omitempty"`
}

// begin begins a session. The log records it before the person has the secret.
func (s *SignIns) begin(ctx context.Context, p domain.Operator, method, address string) (Session, error) {
	from := ledger.Network(address)
	if err := s.audit(ctx, p.Email, domain.PersonSignedIn{Operator: p.Email, Method: method, Address: from}); err != nil {
		return Session{}, err
	}
	now := s.Now().UTC()
	row := sessionRecord{Ends: now.Add(SessionLife), Seen: now, Method: method, Address: from, Disabled: p.DisabledAt}
	secret := ledger.NewSecret()
	if err := s.put(ctx, sessionRow, idOf(secret), p.Email, row, SessionLife); err != nil {
		return Session{}, err
	}
	return Session{Actor: actor(p, row), Secret: secret}, nil
}

func actor(p domain.Operator, row sessionRecord) Actor {
	return Actor{Email: p.Email, Name: p.Name, Roles: p.Roles, Scopes: p.Scopes(), Until: row.Ends}
}

// Session returns whose session a secret is, with the current roles, and notes
// that the session was used. ErrSession: it was not used for SessionIdle, has
// lasted for SessionLife, was ended, or its person was disabled.
func (s *SignIns) Session(ctx context.Context, secret string) (Actor, error) {
	a, row, now, err := s.open(ctx, secret)
	if err != nil {
		return Actor{}, err
	}
	return a, s.saw(ctx, row, now)
}

// Watch is Session for a page that keeps itself up to date: nobody used the
// session, so it ends in time although the page is open.
func (s *SignIns) Watch(ctx context.Context, secret string) (Actor, error) {
	a, _, _, err := s.open(ctx, secret)
	return a, err
}

// open finds a session that has not ended, with its row.
func (s *SignIns) open(ctx context.Context, secret string) (a Actor, row eventstore.PersonRow, now sessionRecord, err error) {
	if !ledger.WellFormedSecret(secret) {
		return a, row, now, ErrSession
	}
	row, ok, err := s.Rows.PersonRow(ctx, sessionRow, idOf(secret))
	if err == nil {
		ok, err = s.read(row, ok, &now)
	}
	if err != nil || !ok || s.Now().Sub(now.Seen) >= SessionIdle {
		return a, row, now, orElse(err, ErrSession)
	}
	p, ok, restored, err := s.person(ctx, row.Person)
	switch {
	case err != nil:
		return a, row, now, err
	case restored:
		return a, row, now, &Error{Restored: true}
	case !ok || p.DisabledAt != now.Disabled:
		return a, row, now, ErrSession
	}
	return actor(p, now), row, now, nil
}

// saw stores that a session was used. The row is replaced only if it is
// unchanged, so a session that was ended meanwhile stays ended.
func (s *SignIns) saw(ctx context.Context, row eventstore.PersonRow, now sessionRecord) error {
	at := s.Now().UTC()
	if at.Sub(now.Seen) < seenAtLeast {
		return nil
	}
	now.Seen = at
	value, err := json.Marshal(now)
	if err != nil {
		return err
	}
	swapped, err := s.Rows.SwapPersonRow(ctx, sessionRow, row.ID, row.Value, value)
	if err != nil || !swapped {
		return err // another request has stored it, or the session was ended
	}
	return nil
}

// End ends a session. If it has ended already, that is no error.
func (s *SignIns) End(ctx context.Context, secret string) error {
	_, _, err := s.Rows.TakePersonRow(ctx, sessionRow, idOf(secret))
	return err
}

// SignOut ends every session of another person. The log records it first.
func (s *SignIns) SignOut(ctx context.Context, email, reason string) error {
	email = domain.NormalEmail(email)
	if err := s.Ledger.Audit(ctx, domain.LedgerClient, domain.SessionsEnded{Operator: email, Reason: reason}); err != nil {
		return err
	}
	return s.EndAll(ctx, email)
}

// EndAll ends every session of a person.
func (s *SignIns) EndAll(ctx context.Context, email string) error {
	return s.Rows.DeletePersonRows(ctx, sessionRow, domain.NormalEmail(email))
}
