package node

import (
	"errors"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/projections"
)

// failure is an error in transit between nodes. Errors that the API
// distinguishes are restored on the receiving side.
type failure struct {
	Code   domain.Code         `json:"code,omitempty"` // of a refusal
	Reason string              `json:"reason"`
	Fields []domain.FieldError `json:"fields,omitempty"`
	Fault  string              `json:"fault,omitempty"` // name of a known fault

	// Faults of other types.
	Contended *eventstore.VersionError  `json:"contended,omitempty"`
	NotKnown  *eventstore.NotKnownError `json:"not_known,omitempty"`
}

// faults are the errors that the API distinguishes.
var faults = map[string]error{
	"unknown-outcome": eventstore.ErrUnknownOutcome,
	"away":            eventstore.ErrAway,
	"full":            eventstore.ErrStorageFull,
	"too-large":       eventstore.ErrTooLarge,
	"behind":          projections.ErrBehind,
	"switched":        eventstore.ErrDeliveryOff,
	"failed":          eventstore.ErrFailed,
	"destroyed":       seal.ErrDestroyed,
	"exchanged":       seal.ErrNotAuthentic,
	"moved":           ledger.ErrMoved,
}

// unled reports whether nothing was done because another node has become the
// leader.
func unled(err error) bool {
	return errors.Is(err, eventstore.ErrNotLeader) || errors.Is(err, eventstore.ErrClosed)
}

func failureOf(err error) *failure {
	var r *domain.Refusal
	if errors.As(err, &r) {
		return &failure{Code: r.Code, Reason: r.Reason, Fields: r.Fields}
	}
	f := &failure{Reason: err.Error()}
	errors.As(err, &f.Contended)
	errors.As(err, &f.NotKnown)
	for name, known := range faults {
		if errors.Is(err, known) {
			f.Fault = name
		}
	}
	return f
}

func (f *failure) error() error {
	if f.Code != "" {
		return &domain.Refusal{Code: f.Code, Reason: f.Reason, Fields: f.Fields}
	}
	known := &leaderError{reason: f.Reason, cause: faults[f.Fault]}
	switch {
	case f.NotKnown != nil:
		known.cause = f.NotKnown
	case f.Contended != nil:
		known.cause = f.Contended
	}
	return known
}

// leaderError is an error that occurred on the leader.
type leaderError struct {
	reason string
	cause  error // nil if the API does not distinguish it
}

func (e *leaderError) Error() string { return "the leader: " + e.reason }
func (e *leaderError) Unwrap() error { return e.cause }
