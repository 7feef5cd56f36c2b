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

	// NotKnown is a fault with details that a caller is told.
	NotKnown *eventstore.NotKnownError `json:"not_known,omitempty"`
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
	contended:         ledger.ErrContended,
}

// contended is the fault that other writers were first.
const contended = "contended"

// leaderReplaced reports whether nothing was done because another node has become the
// leader.
func leaderReplaced(err error) bool {
	return errors.Is(err, eventstore.ErrNotLeader) || errors.Is(err, eventstore.ErrClosed)
}

func failureOf(err error) *failure {
	var r *domain.Refusal
	if errors.As(err, &r) {
		return &failure{Code: r.Code, Reason: r.Reason, Fields: r.Fields}
	}
	f := &failure{Reason: err.Error()}
	if ledger.Contended(err) {
		f.Fault = contended
	}
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
	if f.NotKnown != nil {
		return &leaderError{reason: f.Reason, cause: f.NotKnown}
	}
	return &leaderError{reason: f.Reason, cause: faults[f.Fault]}
}

// leaderError is an error that occurred on the leader.
type leaderError struct {
	reason string
	cause  error // nil if the API does not distinguish it
}

func (e *leaderError) Error() string { return "the leader: " + e.reason }
func (e *leaderError) Unwrap() error { return e.cause }
