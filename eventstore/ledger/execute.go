package ledger

import (
	"context"
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// Decision is the result of a command.
type Decision struct {
	Events []domain.Event // of the command's own stream
	With   []Change       // of other streams, after them in the same append
	Before []Change       // likewise before them: events that they refer to
}

// WriteDecided writes the changes of a decision over several streams, all or
// nothing, where none of them is the decision's own. When another writer was
// first it decides again, at most Attempts times.
func (l *Ledger) WriteDecided(ctx context.Context, decide func() ([]Change, error)) (at eventstore.Result, err error) {
	err = l.Retry(func() error {
		changes, err := decide()
		if err == nil {
			at, err = l.Write(ctx, changes...)
		}
		return err
	})
	return at, err
}

// Option changes what Execute writes to the command's own stream.
type Option func(*Change)

// WithKey records an idempotency key with the events.
func WithKey(key *eventstore.IdempotencyKey, requestHash []byte) Option {
	return func(c *Change) { c.Idempotency, c.RequestHash = key, requestHash }
}

// Execute reads the aggregate of a stream, calls decide with it, and writes the
// events that decide returns. When another writer was first it reads and
// decides again, at most Attempts times. Without events nothing is written. It
// returns the aggregate as it is afterwards.
//
// Errors: those of decide; those of Write; ErrUnknownOutcome when it was written and
// cannot be read back. Contended reports that another writer was first every time.
func Execute[T any](ctx context.Context, l *Ledger, at Stream[T], decide func(T) ([]domain.Event, error), options ...Option) (T, error) {
	return ExecuteWith(ctx, l, at, func(a T) (Decision, error) {
		events, err := decide(a)
		return Decision{Events: events}, err
	}, options...)
}

// ExecuteWith is Execute for a decision that also writes to other streams, all
// or nothing. Without events of its own stream nothing is written.
func ExecuteWith[T any](ctx context.Context, l *Ledger, at Stream[T], decide func(T) (Decision, error), options ...Option) (a T, err error) {
	wrote := false
	err = l.Retry(func() error {
		now, err := at.read(ctx, l)
		if a = now.aggregate; err != nil {
			return err
		}
		d, err := decide(a)
		if err != nil || len(d.Events) == 0 {
			return err
		}
		own := Change{Stream: at.Name, Client: now.client, Expect: now.version, Events: d.Events}
		for _, o := range options {
			o(&own)
		}
		changes := append(append(slices.Clone(d.Before), own), d.With...)
		if at.beside != nil {
			more, err := at.beside(ctx, l, a, d.Events)
			if err != nil {
				return err
			}
			changes = append(changes, more...)
		}
		wrote = true
		return at.write(ctx, l, changes)
	})
	if err != nil || !wrote {
		return a, err
	}
	return loadWritten(ctx, l, at)
}

// loadWritten is Load after a write. If the log cannot be read just then, what was
// written is written nevertheless: the error is eventstore.ErrUnknownOutcome, whatever
// else it is. Whoever is told that the database is away repeats the call as a new one.
func loadWritten[T any](ctx context.Context, l *Ledger, at Stream[T]) (T, error) {
	a, err := Load(ctx, l, at)
	if err != nil {
		err = fmt.Errorf("%w: it was written, and cannot be read back: %w", eventstore.ErrUnknownOutcome, err)
	}
	return a, err
}
