package domain

import (
	"fmt"
	"time"
)

// Event is a fact in the log. Type names are fixed and never change meaning; a
// new shape is a new type.
type Event interface {
	// Type is the event's name in the log, "<aggregate>.<event>".
	Type() string
}

// Meta is what the log stores beside an event's data.
type Meta struct {
	At        time.Time `json:"at"`                   // business time, which a sandbox may move
	RequestID string    `json:"request_id,omitempty"` // of the HTTP request that caused the event
	Actor     string    `json:"actor,omitempty"`      // credential key, person at the command line, or worker
	Cause     string    `json:"cause,omitempty"`      // the worker that carried out what the actor asked for
	Approval  string    `json:"approval,omitempty"`   // the approved request, if it needed two people

	TraceParent string `json:"traceparent,omitempty"` // of the OpenTelemetry trace it belongs to, where tracing is on
}

// Fact is a decoded event with its place in the log.
type Fact struct {
	Event    Event
	Meta     Meta
	Stream   string // empty for one that is not in the log yet
	Position int64
	Version  int64
}

// known holds a constructor for every event type. An event that is not listed
// cannot be decoded; a test over all events checks the list.
var known = map[string]func() Event{}

func register(events ...func() Event) {
	for _, make := range events {
		known[make().Type()] = make
	}
}

// empty makes an event of a type.
func empty[T any, E interface {
	*T
	Event
}]() Event {
	return E(new(T))
}

// Types lists a zero value of every event, for documents and tests.
func Types() map[string]Event {
	all := make(map[string]Event, len(known))
	for name, make := range known {
		all[name] = make()
	}
	return all
}

// New returns a pointer to an empty event, to decode an event of the log into.
// An unknown type is an error: this binary is older than the log.
func New(eventType string) (Event, error) {
	make, ok := known[eventType]
	if !ok {
		return nil, fmt.Errorf("event type %q is unknown to this version", eventType)
	}
	return make(), nil
}
