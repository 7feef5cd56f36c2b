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

// faults are the errors that the API distinguishes, in the order in which it does:
// an error may be several of them. A commit without an answer, from a database that is
// away, is an unknown outcome above all: whoever hears that the database is away hears
// that nothing was recorded, and asks again.
var faults = []struct {
	name string
	err  error
}{
	{"destroyed", seal.ErrDestroyed},
	{"exchanged", seal.ErrNotAuthentic},
	{"moved", ledger.ErrMoved},
	{"unknown-outcome", eventstore.ErrUnknownOutcome},
	{"away", eventstore.ErrAway},
	{"switched", eventstore.ErrDeliveryOff},
	{"full", eventstore.ErrStorageFull},
	{"too-large", eventstore.ErrTooLarge},
	{"failed", eventstore.ErrFailed},
	{"behind", projections.ErrBehind},
	{contended, ledger.ErrContended},
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
	errors.As(err, &f.NotKnown)
	for _, known := range faults {
		if errors.Is(err, known.err) {
			f.Fault = known.name
			return f
		}
	}
	if ledger.Contended(err) {
		f.Fault = contended
	}
	return f
}

func (f *failure) error() error {
	if f.Code != "" {
		return &domain.Refusal{Code: f.Code, Reason: f.Reason, Fields: f.Fields}
	}
	e := &leaderError{reason: f.Reason}
	for _, known := range faults {
		if known.name == f.Fault {
			e.cause = known.err
		}
	}
	if f.NotKnown != nil {
		e.cause = f.NotKnown
	}
	return e
}

// leaderError is an error that occurred on the leader.
type leaderError struct {
	reason string
	cause  error // nil if the API does not distinguish it
}

func (e *leaderError) Error() string { return "the leader: " + e.reason }
func (e *leaderError) Unwrap() error { return e.cause }
