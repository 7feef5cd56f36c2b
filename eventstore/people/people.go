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

// Lifetimes of rows.
const (
	LinkLife     = 15 * time.Minute
	SessionIdle  = 30 * time.Minute
	SessionLife  = 12 * time.Hour
	setupLife    = 15 * time.Minute
	seenAtLeast  = time.Minute // precision of a session's last use
	purgeAtLeast = time.Hour
)

// Failed sign-ins are counted by person and address, by address, and by person.
// A password can be guessed, so after too many failures the right one has to
// wait too. With a new link from the folder's owner a person can sign in
// although strangers have caused such a wait.
const (
	pairFailures, pairPause       = 5, 30 * time.Second
	addressFailures, addressPause = 30, 2 * time.Second
	personFailures, personPause   = 50, time.Minute
)

// Config is what SignIns need. Log, Failed and Nodes are optional.
type Config struct {
	Ledger  *ledger.Ledger
	Rows    eventstore.People
	Now     func() time.Time // machine time
	Log     *slog.Logger
	Failed  func()       // called for each failed sign-in, for a metric
	Nodes   ledger.Nodes // nodes that share the count of failed sign-ins; nil: only this one
	Sandbox bool         // links may sign in by themselves; see DirectLink
}

// SignIns signs operators in. It is safe for concurrent use.
type SignIns struct {
	Config
	pairs, addresses, persons *ledger.Throttle
	hashing                   chan struct{} // bounds the hashes being computed
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

// Actor is a person who is signed in.
type Actor struct {
	Email  string // identifies the person in events
	Name   string
	Roles  []string
	Scopes []string  // of the roles
	Until  time.Time // the session's end, even if it is used
}

// Session is a new session. Only the person's browser keeps the secret; here
// only its hash is stored.
type Session struct {
	Actor
	Secret string
}

// Error is a refused sign-in. It never tells whether the person exists.
type Error struct {
	Wait     time.Duration // until another try is allowed; 0: at once
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
	return "the e-mail address, the password or the code is wrong (a code works once: wait for the next one)"
}

// Errors with a reason that the person may know.
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

// person finds an operator who may sign in. restored reports one who may not
// because the ledger was restored from a backup and nobody has confirmed the
// operator since.
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

// put stores a row whose value is JSON.
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

// audit records a person's action in the ledger's own audit stream.
func (s *SignIns) audit(ctx context.Context, email string, e domain.Event) error {
	return s.Ledger.Audit(ledger.As(ctx, email), domain.LedgerClient, e)
}

// IsRefused reports whether an error is an *Error, and not a fault.
func IsRefused(err error) bool {
	var refused *Error
	return errors.As(err, &refused)
}
