package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/projections"
)

// fail answers a request whose handler returned an error. A fault is logged
// here, once.
func (s *Kit) fail(err error, c echo.Context) {
	if awaiting(err, c) {
		return
	}
	p := s.Explain(c.Request().Context(), RequestID(c), err)
	if p.Code == codeOutcomeUnknown && c.Request().Header.Get(keyHeader) != "" {
		p.Status, p.RetryAfter = http.StatusServiceUnavailable, 1 // a repeat is safe: the key is recorded once
	}
	r := c.Response()
	if r.Committed {
		return
	}
	h := r.Header()
	if p.RetryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.RetryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="achledger"`)
	}
	if errors.Is(err, eventstore.ErrUnknownOutcome) || errors.Is(err, eventstore.ErrFailed) {
		h.Set("Connection", "close")
	}
	h.Set("Cache-Control", "no-store")
	h.Del(echo.HeaderContentType) // of the answer that was being made
	if err := s.Render(c, p); err != nil {
		s.Log.Debug("answer not sent", "request_id", p.RequestID, "err", err)
	}
}

// Render writes a problem in the format of its surface.
func (s *Kit) Render(c echo.Context, p *Problem) error {
	for prefix, render := range s.Renderers {
		if strings.HasPrefix(c.Request().URL.Path, prefix) {
			return render(c, p)
		}
	}
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return c.Blob(p.Status, "application/problem+json", append(body, '\n'))
}

// Explain turns any error into a problem, and logs it when it is a fault.
func (s *Kit) Explain(ctx context.Context, requestID string, err error) *Problem {
	p := *Explain(err)
	p.RequestID = requestID
	if ledger.Exchanged(err) || p.Status >= http.StatusInternalServerError && !errors.Is(err, projections.ErrBehind) {
		s.Log.ErrorContext(ctx, "request failed", "request_id", requestID, "code", p.Code, "err", err)
	}
	return &p
}

// Explain turns the error of a handler into a problem, by the table in
// status.go.
func Explain(err error) *Problem {
	var (
		known    *Problem
		refusal  *domain.Refusal
		routed   *echo.HTTPError
		large    *http.MaxBytesError
		notKnown *eventstore.NotKnownError
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refusal):
		p := NewProblem(refusal.Code, "%s", quiet(refusal.Error()))
		for _, f := range refusal.Fields {
			f.Message = quiet(f.Message)
			p.Errors = append(p.Errors, f)
		}
		return p
	case errors.Is(err, seal.ErrDestroyed):
		return NewProblem(domain.Conflict, "the client's keys were destroyed: nothing of it can be sealed or opened any more")
	case ledger.Exchanged(err):
		return NewProblem(domain.Conflict, "the log has something here that is not what was recorded: operations have to compare it with another copy")
	case errors.Is(err, projections.ErrCursor):
		return Explain(Invalid("/cursor", "cursor", "%v", projections.ErrCursor))
	case errors.Is(err, errUnrecorded) && !errors.Is(err, eventstore.ErrStorageFull):
		return NewProblem(CodeBusy, "the log could not record who reads this, so it is not shown").After(1)
	case errors.Is(err, eventstore.ErrUnknownOutcome):
		return NewProblem(codeOutcomeUnknown, "it is not known whether the request was recorded: ask again, with the same id or key")
	case errors.Is(err, eventstore.ErrAway):
		return NewProblem(codeDatabaseAway, "nothing was recorded").After(1)
	case errors.Is(err, eventstore.ErrNotLeader):
		return NewProblem(CodeBusy, "another node leads: ask that node, or try again").After(1)
	case errors.As(err, &notKnown):
		return NewProblem(CodeBusy, "nothing was recorded: %v", notKnown).After(30)
	case errors.Is(err, eventstore.ErrDeliveryOff):
		return NewProblem(CodeBusy, "delivery was switched just now: nothing was recorded").After(1)
	case errors.Is(err, eventstore.ErrStorageFull):
		return NewProblem(codeStorageFull, "nothing was recorded; reading still works").After(30)
	case errors.Is(err, eventstore.ErrTooLarge):
		return NewProblem(CodeTooLarge, "the request would make a record that is too large for the log")
	case errors.Is(err, eventstore.ErrClosed), errors.Is(err, eventstore.ErrFailed):
		return NewProblem(CodeBusy, "the server is stopping: nothing was recorded").After(1)
	case errors.Is(err, projections.ErrBehind):
		return NewProblem(codeViewBehind, "%v", projections.ErrBehind).After(1)
	case ledger.Contended(err):
		return NewProblem(CodeBusy, "others kept changing the same thing: nothing was recorded").After(1)
	case errors.As(err, &large):
		return NewProblem(CodeTooLarge, "the body may have at most %d bytes here", large.Limit)
	case errors.As(err, &routed):
		return FromStatus(routed.Code)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return NewProblem(CodeBusy, "the request ended before its answer").After(1)
	default:
		return NewProblem(codeInternal, "")
	}
}

// FromStatus is the problem for an HTTP status that has no code of its own.
func FromStatus(status int) *Problem {
	code, ok := codeOfStatus[status]
	switch {
	case ok && code == domain.NotFound:
		return NewProblem(code, "nothing is served at this path")
	case ok && code == codeMethod:
		return NewProblem(code, "the path takes other methods, which the header Allow lists")
	case ok:
		return NewProblem(code, "")
	case status < http.StatusInternalServerError:
		return NewProblem(CodeBadRequest, "%s", http.StatusText(status))
	default:
		return NewProblem(codeInternal, "")
	}
}
