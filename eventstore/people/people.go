package people

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// How long things last.
const (
	LinkLife     = 15 * time.Minute
	SessionIdle  = 30 * time.Minute
	SessionLife  = 12 * time.Hour
	setupLife    = 15 * time.Minute
	seenAtLeast  = time.Minute // a session's last use is kept this exactly
	purgeAtLeast = time.Hour
)

// Failed sign-ins are counted by person and address, by address and by
// person. A password is no secret of 256 bits, so that who was wrong too often
// waits even with the right one; a new link from the folder's owner lets a
// person in whom strangers keep out.
const (
	pairFailures, pairPause       = 5, 30 * time.Second
	addressFailures, addressPause = 30, 2 * time.Second
	personFailures, personPause   = 50, time.Minute
)

// Config is what SignIns are made of. All but Log, Failed and Nodes are needed.
type Config struct {
	Ledger  *ledger.Ledger
	Rows    eventstore.People
	Now     func() time.Time // machine time
	Log     *slog.Logger
	Failed  func()       // told of each sign-in that failed, for a metric
	Nodes   ledger.Nodes // that count failed sign-ins; nil: this one
	Sandbox bool         // links may sign in by themselves; see DirectLink
}

// SignIns lets people sign in. It is safe for use by several goroutines.
type SignIns struct {
	Config
	pairs, addresses, persons *ledger.Throttle
	hashing                   chan struct{} // a place for each password that is hashed
	purged                    purge
}

// New makes SignIns.
func New(c Config) *SignIns {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Failed == nil {
		c.Failed = func() {}
	}
	return &SignIns{
		Config:    c,
		pairs:     ledger.NewThrottle(pairPause, pairFailures, c.Now).Among(c.Nodes),
		addresses: ledger.NewThrottle(addressPause, addressFailures, c.Now).Among(c.Nodes),
		persons:   ledger.NewThrottle(personPause, personFailures, c.Now).Among(c.Nodes),
		hashing:   make(chan struct{}, hashedAtOnce),
	}
}

// Actor is who is signed in.
type Actor struct {
	Email  string // what events call the person
	Name   string
	Roles  []string
	Scopes []string  // that follow from the roles
	Until  time.Time // the session's end, used or not
}

// Session is a session just begun. Its secret is the person's browser's to
// keep; here only its hash is.
type Session struct {
	Actor
	Secret string
}

// Error refuses a sign-in. It never says whether the person exists.
type Error struct {
	Wait     time.Duration // before another try; zero when it was not wrong too often
	Restored bool          // see ledger.Restored
	reason   string
}

func (e *Error) Error() string {
	switch {
	case e.Restored:
		return ledger.Restored
	case e.Wait > 0:
		return "too many failed sign-ins"
	case e.reason != "":
		return e.reason
	}
	return "the e-mail address, the password or the code is wrong"
}

// Reasons of an Error that say more.
var (
	ErrLink    = &Error{reason: "the link was used before, or is older than 15 minutes: ask for another"}
	ErrSession = &Error{reason: "the session has ended: sign in again"}
)

// Kinds of rows.
const (
	linkRow     = "link"
	setupRow    = "setup"
	passwordRow = "password"
	stepRow     = "totp-step"
	sessionRow  = "session"
)

// person finds somebody who may sign in. Restored says that the person would be,
// but for a restore that nobody looked at yet.
func (s *SignIns) person(ctx context.Context, email string) (p domain.Operator, ok, restored bool, err error) {
	all, err := s.Ledger.Operators(ctx)
	if err != nil {
		return p, false, false, err
	}
	if p, ok = all.Find(email); !ok || p.Disabled {
		return domain.Operator{}, false, false, nil
	}
	if s.Ledger.Unconfirmed != nil {
		upTo := s.Ledger.Unconfirmed()
		restored = upTo > 0 && p.Position <= upTo
	}
	return p, !restored, restored, nil
}

// put keeps a row whose value is JSON.
func (s *SignIns) put(ctx context.Context, kind, id, person string, value any, life time.Duration) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	r := eventstore.PersonRow{Kind: kind, ID: id, Person: person, Value: text}
	if life > 0 {
		r.ExpiresAt = s.Now().Add(life)
	}
	if err := s.Rows.PutPersonRow(ctx, r); err != nil {
		return fmt.Errorf("keep the %s of a person: %w", kind, err)
	}
	return s.purge(ctx)
}

// read decodes a row that has not expired.
func (s *SignIns) read(r eventstore.PersonRow, ok bool, into any) (bool, error) {
	if !ok || !r.ExpiresAt.IsZero() && !s.Now().Before(r.ExpiresAt) {
		return false, nil
	}
	if err := json.Unmarshal(r.Value, into); err != nil {
		return false, fmt.Errorf("read the %s of a person: %w", r.Kind, err)
	}
	return true, nil
}

// audit records in the ledger's own audit stream what a person does.
func (s *SignIns) audit(ctx context.Context, email string, e domain.Event) error {
	return s.Ledger.Audit(ledger.As(ctx, email), domain.LedgerClient, e)
}

// IsRefused reports whether an error is an *Error: not a fault.
func IsRefused(err error) bool {
	var refused *Error
	return errors.As(err, &refused)
}
