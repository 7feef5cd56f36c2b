package api

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/eventstore/ledger"
)

// AnswerCommand is a command that answers an event of a transaction.
type AnswerCommand interface {
	Decide(answers.Case) (answers.Decision, error)
}

// Answer carries out a command on a transaction, for its client or for
// operations, and responds with the event that it made: 201, or 200 if the
// identical command was given before. Item is the id that the command gives to
// a new event.
func (s *Kit) Answer(c echo.Context, who Caller, l *ledger.Ledger, t domain.Transaction, item string, command AnswerCommand, options ...ledger.Option) error {
	ctx := c.Request().Context()
	var decided answers.Decision
	t, err := ledger.Execute(ctx, l, ledger.TransactionStream(t.Client, t.ID), s.deciding(ctx, l, command, &decided), options...)
	if err != nil {
		return err
	}
	view, err := s.TransactionOf(ctx, l, t, t.ID)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if decided.ItemID == item {
		status = http.StatusCreated
	}
	return s.RespondEvent(c, who, status, view, decided.ItemID)
}

func (s *Kit) deciding(ctx context.Context, l *ledger.Ledger, command AnswerCommand, decided *answers.Decision) func(domain.Transaction) ([]domain.Event, error) {
	return func(t domain.Transaction) ([]domain.Event, error) {
		now, err := l.CaseOf(ctx, t)
		if err != nil {
			return nil, err
		}
		if now.Refused, err = s.RefusedOver(ctx, l, t); err != nil {
			return nil, err
		}
		if *decided, err = command.Decide(now); err != nil || len(decided.Events) == 0 {
			return nil, err
		}
		follows, err := l.Redirect(ctx, t, decided.Events...)
		return append(decided.Events, follows...), err
	}
}
