package ledger

import (
	"errors"
	"fmt"

	"github.com/achledger/achledger/eventstore"
)

// Attempts bounds how often something is decided again because another writer
// was first.
const Attempts = 16

// Retry runs f again while it fails because another writer was first.
func (l *Ledger) Retry(f func() error) error { return l.RetryUnless(f, nil) }

// RetryUnless is Retry for one to whom it matters which stream moved: moved is
// told before f runs again, and an error of it ends the whole.
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

// Contended reports whether something was not written because another writer
// was first: once, or of Retry and Execute, as often as they try.
func Contended(err error) bool {
	var version *eventstore.VersionError
	return errors.As(err, &version)
}

// Unwritten reports whether a write that failed certainly left nothing, and
// may be expected to succeed later.
func Unwritten(err error) bool {
	return Contended(err) || errors.Is(err, eventstore.ErrStorageFull) ||
		errors.Is(err, eventstore.ErrNotLeader) || errors.Is(err, eventstore.ErrDeliveryOff)
}
