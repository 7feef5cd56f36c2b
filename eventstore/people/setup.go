package people

import (
	"context"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Setup is what a person needs to set a password and an authenticator app.
type Setup struct {
	Ticket string // for Finish
	Email  string
	Name   string
	Secret string // TOTP secret, to be typed into the app
	URL    string // the secret as an otpauth:// URL, to be shown as a QR code
	Until  time.Time
}

// setupRecord is the row of a setup that has begun.
type setupRecord struct {
	TOTP     []byte `json:"totp"`               // sealed
	Disabled int64  `json:"disabled,omitempty"` // as in sessionRecord
}

// Begin uses up a link and returns what the person needs to set a password and
// an app.
func (s *SignIns) Begin(ctx context.Context, secret, address string) (Setup, error) {
	p, err := s.take(ctx, secret, address, false)
	if err != nil {
		return Setup{}, err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "achledger", AccountName: p.Email})
	if err != nil {
		return Setup{}, err
	}
	sealed, err := s.Ledger.Keys.Seal(domain.LedgerClient, []byte(key.Secret()), forTOTPOf(p.Email))
	if err != nil {
		return Setup{}, err
	}
	ticket := ledger.NewSecret()
	if err := s.put(ctx, setupRow, idOf(ticket), p.Email, setupRecord{sealed, p.DisabledAt}, setupLife); err != nil {
		return Setup{}, err
	}
	return Setup{Ticket: ticket, Email: p.Email, Name: p.Name, Secret: key.Secret(), URL: key.URL(), Until: s.Now().Add(setupLife)}, nil
}

// Finish sets the password and the app that shows the code, and signs in. It
// ends earlier passwords, apps and sessions of the person. After a weak
// password or a wrong code the ticket can be used again.
func (s *SignIns) Finish(ctx context.Context, ticket, chosen, code, address string) (Session, error) {
	if wait := s.addresses.Wait(ledger.Network(address)); wait > 0 {
		return Session{}, &Error{Wait: wait}
	}
	row, ok, err := s.Rows.PersonRow(ctx, setupRow, idOf(ticket))
	var begun setupRecord
	if err == nil {
		ok, err = s.read(row, ok, &begun)
	}
	if err != nil {
		return Session{}, err
	}
	if !ok {
		return Session{}, s.failed("", address, ErrLink)
	}
	p, ok, _, err := s.person(ctx, row.Person)
	if err != nil || !ok || p.DisabledAt != begun.Disabled {
		return Session{}, orElse(err, ErrLink)
	}
	if err := checkPassword(chosen, p); err != nil {
		return Session{}, err
	}
	step, right, err := s.codeOf(p.Email, begun.TOTP, code)
	if err != nil {
		return Session{}, err
	}
	if !right {
		return Session{}, s.failed(p.Email, address, &Error{reason: "the code is not the one the app shows now"})
	}
	hash, err := s.hash(ctx, chosen)
	if err != nil {
		return Session{}, err
	}
	if _, ok, err := s.Rows.TakePersonRow(ctx, setupRow, row.ID); err != nil || !ok {
		return Session{}, orElse(err, ErrLink)
	}
	if err := s.audit(ctx, p.Email, domain.PersonSetUp{Operator: p.Email}); err != nil {
		return Session{}, err
	}
	// The step before the password: a password without a step lets nobody in.
	if err := s.put(ctx, stepRow, p.Email, p.Email, step, 0); err != nil {
		return Session{}, err
	}
	if err := s.put(ctx, passwordRow, p.Email, p.Email, kept{Hash: hash, TOTP: begun.TOTP}, 0); err != nil {
		return Session{}, err
	}
	if err := s.EndAll(ctx, p.Email); err != nil {
		return Session{}, err
	}
	return s.begin(ctx, p, "password", address)
}

// IsSetUp reports whether a person has set a password and an app.
func (s *SignIns) IsSetUp(ctx context.Context, email string) (bool, error) {
	_, set, err := s.Rows.PersonRow(ctx, passwordRow, email)
	return set, err
}

func orElse(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
