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
	Ends time.Time `json:"ends"` // used or not
	Seen time.Time `json:"seen"`
	// Method and Address are those of domain.PersonSignedIn; a session of an
	// earlier release has neither.
	Method  string `json:"method,omitempty"`
	Address string `json:"address,omitempty"`
	// Disabled is the position at which the person had last been disabled: a
	// session does not come back when the person does.
	Disabled int64 `json:"disabled,omitempty"`
}

// begin begins a session. The log has it before the person has.
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

// Session tells who a session's secret belongs to, and that it is used. It
// ends when it was not used for SessionIdle, after SessionLife whether used or
// not, and when the person is disabled: ErrSession. Roles are those of this moment.
func (s *SignIns) Session(ctx context.Context, secret string) (Actor, error) {
	if !ledger.WellFormedSecret(secret) {
		return Actor{}, ErrSession
	}
	row, ok, err := s.Rows.PersonRow(ctx, sessionRow, idOf(secret))
	var now sessionRecord
	if err == nil {
		ok, err = s.read(row, ok, &now)
	}
	if err != nil || !ok || s.Now().Sub(now.Seen) >= SessionIdle {
		return Actor{}, orElse(err, ErrSession)
	}
	p, ok, restored, err := s.person(ctx, row.Person)
	switch {
	case err != nil:
		return Actor{}, err
	case restored:
		return Actor{}, &Error{Restored: true}
	case !ok || p.DisabledAt != now.Disabled:
		return Actor{}, ErrSession
	}
	return actor(p, now), s.saw(ctx, row, now)
}

// saw keeps that a session was used. The row is only put where it still is as
// it was read, so that one that was ended meanwhile stays ended.
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
		return err // somebody else was first, which is as good, or it was ended
	}
	return nil
}

// End ends a session; one that has ended is no error.
func (s *SignIns) End(ctx context.Context, secret string) error {
	_, _, err := s.Rows.TakePersonRow(ctx, sessionRow, idOf(secret))
	return err
}

// SignOut ends every session of a person, at another's wish. The log has it
// first.
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
