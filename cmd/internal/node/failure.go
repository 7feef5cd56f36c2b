package node

import (
	"errors"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/projections"
)

// failure is an error on its way to another node: what the API tells apart comes
// back as itself.
type failure struct {
	Code   domain.Code         `json:"code,omitempty"` // of a refusal
	Reason string              `json:"reason"`
	Fields []domain.FieldError `json:"fields,omitempty"`
	Fault  string              `json:"fault,omitempty"` // one that is known
}

// faults are those that the API tells apart.
var faults = map[string]error{
	"unknown-outcome": eventstore.ErrUnknownOutcome,
	"away":            eventstore.ErrAway,
	"full":            eventstore.ErrStorageFull,
	"too-large":       eventstore.ErrTooLarge,
	"behind":          projections.ErrBehind,
}

// unled reports whether nothing was done because another node leads by now.
func unled(err error) bool {
	return errors.Is(err, eventstore.ErrNotLeader) || errors.Is(err, eventstore.ErrClosed)
}

func failureOf(err error) *failure {
	var r *domain.Refusal
	if errors.As(err, &r) {
		return &failure{Code: r.Code, Reason: r.Reason, Fields: r.Fields}
	}
	f := &failure{Reason: err.Error()}
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
	return &leaderError{reason: f.Reason, cause: faults[f.Fault]}
}

// leaderError is a fault of the leader's.
type leaderError struct {
	reason string
	cause  error // nil for one that nobody tells apart
}

func (e *leaderError) Error() string { return "the leader: " + e.reason }
func (e *leaderError) Unwrap() error { return e.cause }
