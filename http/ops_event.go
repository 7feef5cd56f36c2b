package http

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
)

// hold keeps a pending event out of files until it is judged.
func (s *Server) hold(c echo.Context, who Caller) error {
	return s.judge(c, who, func(item, reason string) decider { return domain.Hold{ItemID: item, Reason: reason} })
}

// approve ends a hold.
func (s *Server) approve(c echo.Context, who Caller) error {
	now := s.present().Now()
	return s.judge(c, who, func(item, reason string) decider { return answers.Approve{ItemID: item, Reason: reason, Now: now} })
}

// reject keeps a pending event out of files for good.
func (s *Server) reject(c echo.Context, who Caller) error {
	return s.judge(c, who, func(item, reason string) decider { return domain.Reject{ItemID: item, Reason: reason} })
}

type decider interface {
	Decide(domain.Transaction) ([]domain.Event, error)
}

// judge lets a command decide over the event of the path and answers the
// event as it then stands. Repeating a judgement changes nothing.
func (s *Server) judge(c echo.Context, who Caller, command func(item, reason string) decider) error {
	var b struct {
		Reason string `json:"reason"`
	}
	if err := readJSON(c, &b); err != nil {
		return err
	}
	if len(b.Reason) > longestReason {
		return invalid("/reason", "length", "at most %d characters", longestReason)
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, everyone); err != nil {
		return err
	}
	item := c.Param("event")
	client, id, ok, err := s.Views.FindItem(ctx, item)
	if err != nil {
		return err
	}
	if !ok {
		return domain.Refuse(domain.NotFound, "there is no event %q", item)
	}
	l := s.present()
	before, err := l.Transaction(ctx, client, id)
	if err != nil {
		return err
	}
	if err := repeated(l, before, "/reason", b.Reason); err != nil {
		return err
	}
	t, err := l.Decide(ctx, client, id, command(item, b.Reason).Decide)
	if err != nil {
		return err
	}
	told, err := s.storyOf(ctx, l, t, id)
	if err != nil {
		return err
	}
	return s.answerEvent(c, who, http.StatusOK, told, item)
}

// settleFile runs an operation on a file whose delivery is unknown and
// answers the file.
func (s *Server) settleFile(c echo.Context, settle func(context.Context, string) error) error {
	f, err := s.anyFile(c)
	if err != nil {
		return err
	}
	if err := settle(c.Request().Context(), f.ID); err != nil {
		return err
	}
	return s.getAnyFile(c, Caller{})
}
