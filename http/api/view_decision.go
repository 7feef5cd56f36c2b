package api

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/receiving"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// decisionRecord is the decision about an event. Decision is null while it is
// open.
type decisionRecord struct {
	DecideBy  string          `json:",omitempty"`
	Decision  json.RawMessage `json:",omitempty"`
	DecidedBy string          `json:",omitempty"`
}

func newDecisionRecord(d *projections.Decision) (r decisionRecord) {
	if d == nil {
		return r
	}
	if !d.DecideBy.IsZero() {
		r.DecideBy = Timestamp(d.DecideBy)
	}
	r.Decision, r.DecidedBy = json.RawMessage("null"), d.By
	if d.Made != "" {
		r.Decision = json.RawMessage(`"` + string(d.Made) + `"`)
	}
	return r
}

// DecisionBody is the decision of a client, or of operations for it, about a
// received payment.
type DecisionBody struct {
	Decision string `json:"decision"`
	Code     string `json:"code"`
}

// Decide records a decision about a received payment and answers its event as
// it then stands.
func (s *Kit) Decide(c echo.Context, who Caller, client, id, item string, b DecisionBody, options ...ledger.Option) error {
	l, ctx := s.LedgerNow(), c.Request().Context()
	command := answers.PayOrReturn{ItemID: item, ReturnID: NewID(), Decision: receiving.Action(strings.ToLower(b.Decision)), Code: strings.ToUpper(b.Code)}
	var decided answers.Decision
	t, err := ledger.Execute(ctx, l, ledger.TransactionStream(client, id), s.deciding(ctx, l, command, &decided), options...)
	if err != nil {
		return Respelled(err, AnswerNames)
	}
	view, err := s.TransactionOf(ctx, l, t, id)
	if err != nil {
		return err
	}
	return s.RespondEvent(c, who, http.StatusOK, view, item)
}
