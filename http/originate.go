package http

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// originate answers POST /api/transaction: 201 for a new transaction, 200
// when the same was recorded before, both with the record as GET shows it.
func (s *Server) originate(c echo.Context, who Caller) error {
	input, err := body(c, echo.MIMEApplicationJSON)
	if err != nil {
		return err
	}
	o, err := parseProposal(input)
	if err != nil {
		return o.scrub(err)
	}
	content, err := o.content()
	if err != nil {
		return err
	}
	l, ctx := s.present(), c.Request().Context()
	return s.once(c, who, append([]byte(o.id), content...),
		func(key ledger.Option) error {
			client, err := s.settings(ctx, who.Client)
			if err != nil {
				return err
			}
			t, made, err := s.accept(ctx, l, client, o, key)
			if err != nil {
				return err
			}
			st, err := s.storyOf(ctx, l, t, t.ID)
			if err != nil {
				return err
			}
			status := http.StatusOK
			if made {
				status = http.StatusCreated
			}
			return s.answerOriginated(c, who, status, st)
		},
		func(use eventstore.KeyUse) error {
			t, err := s.transactionAt(ctx, use)
			if err != nil {
				return err
			}
			st, _ := tell(t, nil, t.UpdatedAt) // as it was told the first time
			return s.answerOriginated(c, who, http.StatusCreated, st)
		})
}

func (s *Server) answerOriginated(c echo.Context, who Caller, status int, st story) error {
	c.Response().Header().Set(echo.HeaderLocation, "/api/transaction/"+st.Transaction.ID)
	return s.answerTransaction(c, who, status, st)
}
