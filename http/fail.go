package http

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
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/projections"
)

// fail answers a request whose handler returned an error. A fault is logged
// here, once.
func (s *Server) fail(err error, c echo.Context) {
	p := s.explain(c.Request().Context(), requestID(c), err)
	r := c.Response()
	if r.Committed {
		return
	}
	h := r.Header()
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retryAfter))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="achledger"`)
	}
	if errors.Is(err, eventstore.ErrUnknownOutcome) {
		h.Set("Connection", "close")
	}
	h.Set("Cache-Control", "no-store")
	h.Del(echo.HeaderContentType) // of the answer that was to be
	if c.Request().Method == http.MethodHead {
		r.WriteHeader(p.Status)
		return
	}
	if err := s.render(c, p); err != nil {
		s.Log.Debug("answer not sent", "request_id", p.RequestID, "err", err)
	}
}

// render writes a problem in the shape its surface speaks.
func (s *Server) render(c echo.Context, p *Problem) error {
	for prefix, render := range s.renderers {
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

// explain turns any error into a problem, and logs it when it is a fault.
func (s *Server) explain(ctx context.Context, requestID string, err error) *Problem {
	p := *explain(err)
	p.RequestID = requestID
	if p.Status >= http.StatusInternalServerError && !errors.Is(err, projections.ErrBehind) {
		s.Log.ErrorContext(ctx, "request failed", "request_id", requestID, "code", p.Code, "err", err)
	}
	return &p
}

func explain(err error) *Problem {
	var (
		known   *Problem
		refusal *domain.Refusal
		routed  *echo.HTTPError
		large   *http.MaxBytesError
		version *eventstore.VersionError
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &refusal):
		p := problem(refusal.Code, "%s", quiet(refusal.Error()))
		for _, f := range refusal.Fields {
			f.Message = quiet(f.Message)
			p.Errors = append(p.Errors, f)
		}
		return p
	case errors.Is(err, seal.ErrDestroyed):
		return problem(domain.Conflict, "the client's keys were destroyed: nothing of it can be sealed or opened any more")
	case errors.Is(err, projections.ErrCursor):
		return explain(invalid("/cursor", "cursor", "%v", projections.ErrCursor))
	case errors.Is(err, errUnrecorded) && !errors.Is(err, eventstore.ErrStorageFull):
		return problem(codeBusy, "the log does not take who reads this, so it is not shown").after(1)
	case errors.Is(err, eventstore.ErrUnknownOutcome):
		return problem(codeInternal, "it is not known whether the request was recorded: ask again, with the same id or key")
	case errors.Is(err, eventstore.ErrStorageFull):
		return problem(codeStorageFull, "nothing was recorded; reading still works").after(30)
	case errors.Is(err, eventstore.ErrTooLarge):
		return problem(codeTooLarge, "the log takes smaller records than this")
	case errors.Is(err, eventstore.ErrClosed):
		return problem(codeBusy, "the server is stopping: nothing was recorded").after(1)
	case errors.Is(err, projections.ErrBehind):
		return problem(codeViewBehind, "%v", projections.ErrBehind).after(1)
	case errors.As(err, &version):
		return problem(codeBusy, "others were changing the same thing all the time: nothing was recorded").after(1)
	case errors.As(err, &large):
		return problem(codeTooLarge, "at most %d bytes are taken here", large.Limit)
	case errors.As(err, &routed):
		return fromStatus(routed.Code)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return problem(codeBusy, "the request ended before its answer").after(1)
	default:
		return problem(codeInternal, "")
	}
}

// fromStatus is a problem known by its status alone.
func fromStatus(status int) *Problem {
	code, ok := codeOfStatus[status]
	switch {
	case ok && code == domain.NotFound:
		return problem(code, "nothing is served at this path")
	case ok:
		return problem(code, "")
	case status < http.StatusInternalServerError:
		return problem(codeBadRequest, "%s", http.StatusText(status))
	default:
		return problem(codeInternal, "")
	}
}
