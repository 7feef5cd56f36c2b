package sandbox

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// dueTimeout is how long a sandbox's caller is kept waiting for what becomes due: a
// day of tens of thousands of entries takes minutes on a busy machine.
const dueTimeout = 10 * time.Minute

// retry repeats what waits for the views, or for the node that leads, until
// it is done or dueTimeout has passed. What it repeats must be safe to repeat.
func (s *surface) retry(c echo.Context, do func(context.Context) error) error {
	api.ExtendDeadlines(c, dueTimeout)
	ctx, cancel := context.WithTimeout(c.Request().Context(), dueTimeout)
	defer cancel()
	for {
		err := do(ctx)
		if !errors.Is(err, projections.ErrBehind) && !errors.Is(err, eventstore.ErrUnknownOutcome) {
			return err
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-s.Closing:
			return err
		case <-ctx.Done():
			return err
		}
	}
}

// waitForViews waits until the views show what was written for a client.
func (s *surface) waitForViews(c echo.Context, client string) error {
	return s.retry(c, func(ctx context.Context) error { return s.Views.WaitWhileMoving(ctx, client) })
}

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

// firstYear and lastYear bound the clock: what is dated ahead of it is still of the
// century that a file means. Since it moves forward only, a folder whose clock went
// further by a slip could not be used again.
const (
	firstYear = 2000
	lastYear  = 2098
)

// moveClock sets or advances the sandbox's clock, and does everything that
// becomes due on the way before it answers.
func (s *surface) moveClock(c echo.Context, _ api.Caller) error {
	input, err := api.Body(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.waitForViews(c, api.Everyone); err != nil {
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
	if year := to.Year(); year < firstYear || year > lastYear {
		return domain.Refuse(domain.RuleBroken, "%s: a file has two digits for the year and means this century, so the clock shows %d to %d", to.UTC().Format(time.RFC3339), firstYear, lastYear)
	}
	if err := s.retry(c, func(ctx context.Context) error { return s.Sandbox.Move(ctx, to, !active) }); err != nil {
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
