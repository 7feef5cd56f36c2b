package api

import (
	"fmt"

	"github.com/achledger/achledger/domain"
)

// problemType is the namespace of problem types; a code completes it.
const problemType = "urn:achledger:problem:"

// Problem is an RFC 9457 problem document. Handlers may return it as an error,
// and every other error is turned into one.
type Problem struct {
	Type      string              `json:"type"` // stable: problemType and the code
	Title     string              `json:"title"`
	Status    int                 `json:"status"`
	Detail    string              `json:"detail,omitempty"` // this occurrence, for people
	Code      domain.Code         `json:"code"`             // this kind, for machines
	Message   string              `json:"message"`          // the detail, or the title where there is none
	RequestID string              `json:"request_id,omitempty"`
	Errors    []domain.FieldError `json:"errors,omitempty"`

	OAuth      string `json:"-"` // the error code of RFC 6749 where the status does not determine it
	RetryAfter int    `json:"-"` // seconds, in the header; zero: absent
}

func (p *Problem) Error() string { return string(p.Code) + ": " + p.Message }

// NewProblem makes the problem of a code in the table. The detail is shown to
// the caller, so it must not contain an account number or a secret.
func NewProblem(code domain.Code, format string, args ...any) *Problem {
	m, ok := meanings[code]
	if !ok {
		code, m = codeInternal, meanings[codeInternal]
	}
	p := &Problem{
		Type: problemType + string(code), Title: m.title, Status: m.status,
		Detail: fmt.Sprintf(format, args...), Code: code, Message: m.title,
	}
	if p.Detail != "" {
		p.Message = p.Detail
	}
	return p
}

// Invalid is a 400 that names one field.
func Invalid(pointer, code, format string, args ...any) error {
	return domain.RefuseField(domain.Invalid, pointer, code, format, args...)
}

// After sets when to try again.
func (p *Problem) After(seconds int) *Problem {
	p.RetryAfter = seconds
	return p
}
