package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// Keys seals values that must not be readable in the log. seal.Keyring
// implements it.
type Keys interface {
	Seal(client string, plain []byte, purpose string) ([]byte, error)
	Open(client string, sealed []byte, purpose string) ([]byte, error)
	Fingerprint(client string, parts ...string) (string, error)
	MAC(client string, input []byte) ([]byte, error)
}

// Clock shows business time.
type Clock interface {
	Now() time.Time
}

// Ledger reads and writes aggregates.
type Ledger struct {
	Store eventstore.Store
	Keys  Keys
	Clock Clock
	// Unconfirmed returns the log position up to which credentials are not
	// accepted yet, because the log was restored; nil: all are accepted.
	Unconfirmed func() int64
	// Known caches long streams; nil: each is read from its beginning.
	Known *Known
	// Corrected reports whether a client's account may have been corrected by a
	// notification of change; nil: its stream is read each time.
	Corrected func(client, account string) bool
}

// Now is business time in UTC, in microseconds as the log keeps it.
func (l *Ledger) Now() time.Time { return l.Clock.Now().UTC().Truncate(time.Microsecond) }

// Change is the effect of a command on one stream.
type Change struct {
	Stream string
	Client string
	Expect int64
	Events []domain.Event

	Idempotency *eventstore.IdempotencyKey
	RequestHash []byte
}

// Write appends the changes of one decision, all or nothing; see
// eventstore.Store for its errors. Without events it writes nothing. Under
// ForTwo it requests another person's approval instead and returns *Awaiting.
func (l *Ledger) Write(ctx context.Context, changes ...Change) (eventstore.Result, error) {
	if p, ok := proposalOf(ctx); ok {
		return eventstore.Result{}, l.propose(ctx, p, changes)
	}
	appends, err := l.Encode(ctx, changes...)
	if err != nil || len(appends) == 0 {
		return eventstore.Result{}, err
	}
	return l.Append(ctx, appends)
}

// Encode is Write without the append, for callers that prepare much before they
// write it. A change without events makes no append.
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
