package sandbox

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/http/api"
)

type clockAnswer struct {
	Now time.Time `json:"now"`
}

func (s *surface) readClock(c echo.Context, _ api.Caller) error {
	if err := s.followClock(c); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, clockAnswer{s.Ledger.Now()})
}

func (s *surface) followClock(c echo.Context) error {
	if s.Sandbox.Follow == nil {
		return nil
	}
	return s.Sandbox.Follow(c.Request().Context())
}

// moveClock sets or advances the sandbox's clock, and does everything that
// becomes due on the way before it answers.
func (s *surface) moveClock(c echo.Context, _ api.Caller) error {
	input, err := api.Body(c, echo.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	api.Patience(c, 10*time.Minute)
	if err := s.Views.WaitWhileMoving(ctx, api.Everyone); err != nil {
		return err
	}
	active, err := s.Views.Activity(ctx)
	if err != nil {
		return err
	}
	if err := s.followClock(c); err != nil {
		return err
	}
	to, err := s.newTime(input)
	if err != nil {
		return err
	}
	if err := s.Sandbox.Move(ctx, to, !active); err != nil {
		return err
	}
	return s.readClock(c, api.Caller{})
}

func (s *surface) newTime(input []byte) (time.Time, error) {
	var b struct {
		Now     *time.Time `json:"now"`
		Advance string     `json:"advance"`
	}
	if err := api.Strictly(input, &b); err != nil {
		return time.Time{}, err
	}
	if (b.Now == nil) == (b.Advance == "") {
		return time.Time{}, api.NewProblem(api.CodeBadRequest, `the body is {"now": "2026-11-20T19:05:00Z"} or {"advance": "48h"}`)
	}
	if b.Now != nil {
		return *b.Now, nil
	}
	d, err := time.ParseDuration(b.Advance)
	if err != nil {
		return time.Time{}, api.Invalid("/advance", "duration", "must be a duration such as 48h or 15m")
	}
	return s.Ledger.Now().Add(d), nil
}
