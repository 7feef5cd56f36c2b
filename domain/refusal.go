package domain

import (
	"errors"
	"fmt"
	"strings"
)

// Code says which rule refused; http maps each to one status.
type Code string

// Codes of refusals.
const (
	Invalid            Code = "invalid"              // a value of the wrong form: 400
	RuleBroken         Code = "rule-broken"          // a rule of ACH or of the client: 422
	NotFound           Code = "not-found"            // 404
	Conflict           Code = "conflict"             // other content under a used id: 409
	TooLate            Code = "too-late"             // the item has left in a file: 409
	HeldForPerson      Code = "held"                 // a rule of the guard holds it until a person approves it: 409
	MaybeCarried       Code = "maybe-carried"        // the client may have taken the file to its bank: 409
	AlreadyDone        Code = "already-done"         // a second answer to the same item: 409
	SameDayNotEnabled  Code = "same-day-not-enabled" // 403
	Suspended          Code = "client-suspended"     // 403
	ReturnWindowClosed Code = "return-window-closed" // 422
	DeliveryOff        Code = "delivery-off"         // it is not known which files had left before the folder was restored: 503
	NoTraceNumbers     Code = "no-trace-numbers"     // all of the bank's are in use: 503
	ActiveRelationship Code = "active-relationship"  // a second bank link: 409
	Stale              Code = "stale"                // the subject of a request for approval has changed: 409
	OwnRequest         Code = "own-request"          // nobody approves their own request: 403
	NoPerson           Code = "no-person"            // two people are required, and the credential has no owner: 403
)

// Refusal is a rule saying no. The caller may read all of it.
type Refusal struct {
	Code   Code
	Reason string // no account numbers
	Fields []FieldError
}

// FieldError names a field of the input and the rule it breaks.
type FieldError struct {
	Pointer string `json:"pointer"` // in the caller's spelling, "/ToRouting"
	Code    string `json:"code"`    // stable slug of the rule
	Message string `json:"message"`
}

func (r *Refusal) Error() string {
	if r.Reason != "" || len(r.Fields) == 0 {
		return r.Reason
	}
	parts := make([]string, len(r.Fields))
	for i, f := range r.Fields {
		parts[i] = strings.TrimPrefix(f.Pointer, "/") + ": " + f.Message
	}
	return strings.Join(parts, "; ")
}

// Refuse makes a refusal with a reason for the caller.
func Refuse(code Code, format string, args ...any) error {
	return &Refusal{Code: code, Reason: fmt.Sprintf(format, args...)}
}

// RefuseField makes a refusal that names one field of the input, and the rule that
// it breaks.
func RefuseField(code Code, pointer, rule, format string, args ...any) error {
	return &Refusal{Code: code, Fields: []FieldError{{pointer, rule, fmt.Sprintf(format, args...)}}}
}

// CodeOf returns the code of a refusal, or "" for nil and for faults.
func CodeOf(err error) Code {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

// fields collects the faults of an input, so that a caller sees all of them at
// once.
type fields struct {
	form  []FieldError // wrong form: 400
	rules []FieldError // well formed, but against a rule: 422
}

func (f *fields) bad(pointer, code, format string, args ...any) {
	f.form = append(f.form, FieldError{pointer, code, fmt.Sprintf(format, args...)})
}

func (f *fields) against(pointer, code, format string, args ...any) {
	f.rules = append(f.rules, FieldError{pointer, code, fmt.Sprintf(format, args...)})
}

// refusal is nil if nothing was collected. Wrong form takes precedence: a rule
// may only seem broken because a value could not be read.
func (f *fields) refusal() error {
	switch {
	case len(f.form) > 0:
		return &Refusal{Code: Invalid, Fields: append(f.form, f.rules...)}
	case len(f.rules) > 0:
		return &Refusal{Code: RuleBroken, Fields: f.rules}
	default:
		return nil
	}
}
