package console

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/http/api"
)

// answered is what the API said.
type answered struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (a *answered) Header() http.Header         { return a.header }
func (a *answered) WriteHeader(status int)      { a.status = status }
func (a *answered) Write(b []byte) (int, error) { return a.body.Write(b) }

// approval is the request for a second person's approval that was made in the
// place of what was asked for.
func (a *answered) approval() string {
	var asked struct {
		ID string `json:"approval_id"`
	}
	if json.Unmarshal(a.body.Bytes(), &asked) != nil {
		return ""
	}
	return asked.ID
}

// ask makes a request of the API in this process, as the person who signed
// in. What is refused comes back as the problem that the API answers.
func (s *surface) ask(c echo.Context, who api.Caller, method, path string, body []byte) (*answered, error) {
	return s.askWith(c, who, method, path, echo.MIMEApplicationJSON, body)
}

// askWith does the same with a body of any kind.
func (s *surface) askWith(c echo.Context, who api.Caller, method, path, kind string, body []byte) (*answered, error) {
	r, err := http.NewRequestWithContext(api.ActingAs(context.WithoutCancel(c.Request().Context()), who), method, path, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ask the API: %w", err)
	}
	if len(body) > 0 {
		r.Header.Set(echo.HeaderContentType, kind)
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
