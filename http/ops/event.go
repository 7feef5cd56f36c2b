package ops

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// hold keeps a pending event out of files until it is approved or rejected.
func (s *surface) hold(c echo.Context, who api.Caller) error {
	return s.judge(c, who, func(item, reason string) decider { return domain.Hold{ItemID: item, Reason: reason} })
}

// approve ends a hold.
func (s *surface) approve(c echo.Context, who api.Caller) error {
	now := s.LedgerNow().Now()
	return s.judge(c, who, func(item, reason string) decider { return answers.Approve{ItemID: item, Reason: reason, Now: now} }, s.releasing)
}

// reject keeps a pending event out of files for good.
func (s *surface) reject(c echo.Context, who api.Caller) error {
	return s.judge(c, who, func(item, reason string) decider { return domain.Reject{ItemID: item, Reason: reason} })
}

type decider interface {
	Decide(domain.Transaction) ([]domain.Event, error)
}

// judge applies a command to the event in the path and answers the event as it
// then stands. Repeating it changes nothing.
//
// forTwo may require the approval of another person.
func (s *surface) judge(c echo.Context, who api.Caller, command func(item, reason string) decider, forTwo ...releases) error {
	reason, err := readReason(c)
	if err != nil {
		return err
	}
	ctx, item := c.Request().Context(), c.Param("event")
	client, id, err := s.transactionWith(ctx, item)
	if err != nil {
		return err
	}
	l := s.LedgerNow()
	before, err := l.Transaction(ctx, client, id)
	if err != nil {
		return err
	}
	if err := api.Repeated(l, before, "/reason", reason); err != nil {
		return err
	}
	for _, release := range forTwo {
		if ctx, err = release(c, who, before, item, reason); err != nil {
			return err
		}
	}
	t, err := ledger.Execute(ctx, l, ledger.TransactionStream(client, id), command(item, reason).Decide)
	if err != nil {
		return err
	}
	view, err := s.TransactionOf(ctx, l, t, id)
	if err != nil {
		return err
	}
	return s.RespondEvent(c, who, http.StatusOK, view, item)
}

// transactionWith returns the transaction that has an event, and its client.
func (s *surface) transactionWith(ctx context.Context, item string) (client, id string, err error) {
	if err := s.Views.WaitFor(ctx, api.Everyone); err != nil {
		return "", "", err
	}
	client, id, ok, err := s.Views.FindItem(ctx, item)
	if err == nil && !ok {
		err = domain.Refuse(domain.NotFound, "there is no event %q", item)
	}
	return client, id, err
}
