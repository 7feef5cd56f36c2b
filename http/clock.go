package http

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// Sandbox is what a sandbox server can do beside a real one.
type Sandbox struct {
	// Move takes the clock to an instant by way of every instant between at
	// which something falls due, and does what is due, so that the one who
	// moved the clock sees its effects at once. With anyTime it may go back;
	// that is for a ledger in which nothing can be due.
	Move func(ctx context.Context, to time.Time, anyTime bool) error
}

type clockAnswer struct {
	Now time.Time `json:"now"`
}

func (s *Server) readClock(c echo.Context, _ Caller) error {
	return c.JSON(http.StatusOK, clockAnswer{s.Ledger.Now()})
}

// moveClock sets the sandbox's clock, or advances it, and does what becomes
// due on the way before it answers.
func (s *Server) moveClock(c echo.Context, _ Caller) error {
	input, err := body(c, echo.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, everyone); err != nil {
		return err
	}
	active, err := s.Views.Activity(ctx)
	if err != nil {
		return err
	}
	to, err := s.newTime(input)
	if err != nil {
		return err
	}
	patience(c, 10*time.Minute)
	if err := s.Sandbox.Move(ctx, to, !active); err != nil {
		return err
	}
	return s.readClock(c, Caller{})
}

func (s *Server) newTime(input []byte) (time.Time, error) {
	var b struct {
		Now     *time.Time `json:"now"`
		Advance string     `json:"advance"`
	}
	if err := strictly(input, &b); err != nil {
		return time.Time{}, err
	}
	if (b.Now == nil) == (b.Advance == "") {
		return time.Time{}, problem(codeBadRequest, `the body is {"now": "2026-11-20T19:05:00Z"} or {"advance": "48h"}`)
	}
	if b.Now != nil {
		return *b.Now, nil
	}
	d, err := time.ParseDuration(b.Advance)
	if err != nil {
		return time.Time{}, invalid("/advance", "duration", "a duration such as 48h or 15m")
	}
	return s.Ledger.Now().Add(d), nil
}
