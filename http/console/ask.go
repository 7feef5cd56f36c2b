package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/http/api"
)

// answered is the API's response.
type answered struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (a *answered) Header() http.Header         { return a.header }
func (a *answered) WriteHeader(status int)      { a.status = status }
func (a *answered) Write(b []byte) (int, error) { return a.body.Write(b) }

// approval returns the id of the request for a second person's approval that
// the API created instead of acting, if it did.
func (a *answered) approval() string {
	var asked struct {
		ID string `json:"approval_id"`
	}
	if json.Unmarshal(a.body.Bytes(), &asked) != nil {
		return ""
	}
	return asked.ID
}

// ask sends a request to the API within this process, as the signed-in person.
// A refusal is returned as the *api.Problem that the API responds with.
func (s *surface) ask(c echo.Context, who api.Caller, method, path string, body []byte) (*answered, error) {
	return s.askWith(c, who, method, path, echo.MIMEApplicationJSON, body)
}

// askWith is ask with a body of any content type.
func (s *surface) askWith(c echo.Context, who api.Caller, method, path, kind string, body []byte) (*answered, error) {
	r, err := http.NewRequestWithContext(api.ActingAs(context.WithoutCancel(c.Request().Context()), who), method, path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask the API: %w", err)
	}
	if len(body) > 0 {
		r.Header.Set(echo.HeaderContentType, kind)
	}
	if once, err := uuid.Parse(submitted(c.Request()).Get(onceField)); err == nil && method == http.MethodPost {
		r.Header.Set("Idempotency-Key", once.String()) // a form that is sent twice is one request
	}
	r.RemoteAddr = c.Request().RemoteAddr
	answer := &answered{status: http.StatusOK, header: http.Header{}}
	s.Echo.ServeHTTP(answer, r)
	if answer.status < http.StatusBadRequest {
		return answer, nil
	}
	var p api.Problem
	if err := json.Unmarshal(answer.body.Bytes(), &p); err != nil || p.Code == "" {
		return nil, api.FromStatus(answer.status)
	}
	return nil, &p
}
