package ledger

import (
	"errors"
	"fmt"

	"github.com/achledger/achledger/eventstore"
)

// Attempts bounds how often a decision is repeated because another writer was
// first.
const Attempts = 16

// Retry repeats f while it fails because another writer was first.
func (l *Ledger) Retry(f func() error) error { return l.RetryUnless(f, nil) }

// RetryUnless is Retry with a function that is called with the stream that
// moved before f is repeated. An error of moved ends the attempts.
func (l *Ledger) RetryUnless(f func() error, moved func(stream string) error) error {
	var err error
	for range Attempts {
		var version *eventstore.VersionError
		if err = f(); !errors.As(err, &version) {
			return err
		}
		if moved == nil {
			continue
		}
		if stop := moved(version.Stream); stop != nil {
			return stop
		}
	}
	return fmt.Errorf("other writers were first %d times: %w", Attempts, err)
}

// Contended reports whether nothing was written because another writer was
// first; after Retry and Execute, in every attempt.
func Contended(err error) bool {
	var version *eventstore.VersionError
	return errors.As(err, &version)
}

// ErrContended is Contended. It stands for such an error of another process,
// which named the stream in its message.
var ErrContended error = &eventstore.VersionError{}

// Unwritten reports whether a failed write certainly wrote nothing, and may
// succeed later.
func Unwritten(err error) bool {
	return Contended(err) || errors.Is(err, eventstore.ErrStorageFull) ||
		errors.Is(err, eventstore.ErrNotLeader) || errors.Is(err, eventstore.ErrDeliveryOff)
}
