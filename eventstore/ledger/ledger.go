// Package ledger is how the rest of achledger uses the log: it reads streams
// as the aggregates of package domain, and writes the events their commands
// decide. It adds what the pure domain must not know: the clock, the keys and
// who asked.
package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// Keys seals what must not be readable in the log. seal.Keyring is one.
type Keys interface {
	Seal(client string, plain []byte, purpose string) ([]byte, error)
	Open(client string, sealed []byte, purpose string) ([]byte, error)
	Fingerprint(client string, parts ...string) (string, error)
	MAC(client string, input []byte) ([]byte, error)
}

// Clock tells business time.
type Clock interface {
	Now() time.Time
}

// Ledger reads and writes aggregates.
type Ledger struct {
	Store eventstore.Store
	Keys  Keys
	Clock Clock
	// Unconfirmed is up to which position of the log credentials are not taken
	// yet, because it was restored; nil: all are.
	Unconfirmed func() int64
}

// Now is business time in UTC, in microseconds as the log keeps it.
func (l *Ledger) Now() time.Time { return l.Clock.Now().UTC().Truncate(time.Microsecond) }

// Change is what one command does to one stream.
type Change struct {
	Stream string
	Client string
	Expect int64
	Events []domain.Event

	Idempotency *eventstore.IdempotencyKey
	RequestHash []byte
}

// Write appends the changes of one decision, all or nothing; see
// eventstore.Store for its errors. Nothing to write is no error.
func (l *Ledger) Write(ctx context.Context, changes ...Change) (eventstore.Result, error) {
	appends, err := l.Encode(ctx, changes...)
	if err != nil || len(appends) == 0 {
		return eventstore.Result{}, err
	}
	return l.Store.Append(ctx, appends...)
}

// Encode is Write without the writing, for those who prepare much before they
// append it. A change without events makes no append.
func (l *Ledger) Encode(ctx context.Context, changes ...Change) ([]eventstore.Append, error) {
	meta, err := json.Marshal(metaOf(ctx, l.Now()))
	if err != nil {
		return nil, fmt.Errorf("encode meta: %w", err)
	}
	appends := make([]eventstore.Append, 0, len(changes))
	for _, c := range changes {
		if len(c.Events) == 0 {
			continue
		}
		a := eventstore.Append{
			Stream: c.Stream, Client: c.Client, Expect: c.Expect,
			Events:      make([]eventstore.New, len(c.Events)),
			Idempotency: c.Idempotency, RequestHash: c.RequestHash,
		}
		for i, e := range c.Events {
			data, err := json.Marshal(e)
			if err != nil {
				return nil, fmt.Errorf("encode %s: %w", e.Type(), err)
			}
			a.Events[i] = eventstore.New{Type: e.Type(), Data: data, Meta: meta}
		}
		appends = append(appends, a)
	}
	return appends, nil
}

// Attempts bounds how often Decide runs again after another writer was first.
const Attempts = 8

// Decide loads a transaction, lets decide answer, and writes the answer. When
// another writer was first it loads and decides again. It returns the
// transaction as it stands after the write.
func (l *Ledger) Decide(ctx context.Context, client, id string, decide func(domain.Transaction) ([]domain.Event, error), options ...Option) (domain.Transaction, error) {
	var t domain.Transaction
	err := l.Retry(func() error {
		var err error
		if t, err = l.Transaction(ctx, client, id); err != nil {
			return err
		}
		events, err := decide(t)
		if err != nil || len(events) == 0 {
			return err
		}
		change := Change{Stream: domain.TransactionStream(client, id), Client: client, Expect: t.Version, Events: events}
		for _, o := range options {
			o(&change)
		}
		account, err := l.ofAccount(ctx, t, events)
		if err != nil {
			return err
		}
		_, err = l.Write(ctx, append([]Change{change}, account...)...)
		return err
	})
	if err != nil {
		return t, err
	}
	return l.Transaction(ctx, client, id)
}

// Option adds to the change that Decide writes.
type Option func(*Change)

// WithKey records an idempotency key with the events.
func WithKey(key *eventstore.IdempotencyKey, requestHash []byte) Option {
	return func(c *Change) { c.Idempotency, c.RequestHash = key, requestHash }
}

// Retry runs f again while it fails because another writer was first.
func (l *Ledger) Retry(f func() error) error {
	var err error
	for range Attempts {
		var version *eventstore.VersionError
		if err = f(); !errors.As(err, &version) {
			return err
		}
	}
	return fmt.Errorf("other writers were first %d times: %w", Attempts, err)
}
