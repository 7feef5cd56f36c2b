package ops

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/receiving"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// inboundDecision is a received payment that waits for a decision.
type inboundDecision struct {
	Event         string           `json:"event_id"`
	TransactionID string           `json:"transaction_id"`
	Client        string           `json:"client"`
	ODFI          string           `json:"odfi"`
	SEC           string           `json:"sec_code"`
	Debit         bool             `json:"debit"`
	Name          string           `json:"name"`
	Account       string           `json:"account"`
	Amount        string           `json:"amount"`
	AmountCents   int64            `json:"amount_cents"`
	SettledOn     string           `json:"settled_on"`
	ReceivedAt    time.Time        `json:"received_at"`
	DecideBy      time.Time        `json:"decide_by"`
	Then          receiving.Action `json:"then"` // if nobody acts
	Code          string           `json:"code"` // of its return
}

func shownDecision(d projections.InboundDecision) inboundDecision {
	return inboundDecision{
		Event: d.ItemID, TransactionID: d.TransactionID, Client: d.Client, ODFI: d.ODFI, SEC: d.SEC, Debit: d.PushPull == domain.Pull,
		Name: d.Name, Account: domain.Account{Tail: d.AccountTail}.Masked(), Amount: text.FormatDollars(d.AmountCents), AmountCents: d.AmountCents,
		SettledOn: d.SettledOn, ReceivedAt: d.ReceivedAt, DecideBy: d.DecideBy, Then: d.Then, Code: d.Code,
	}
}

// listDecisions answers the payments that wait for a decision, the nearest
// deadline first.
func (s *surface) listDecisions(c echo.Context, _ api.Caller) error {
	return api.List(s.Kit, c, api.Everyone, "inbound decisions", func(ctx context.Context, limit int, cursor string) ([]projections.InboundDecision, string, error) {
		return s.Views.InboundDecisions(ctx, projections.WaitFilter{Client: c.QueryParam("client"), Limit: limit, Cursor: cursor})
	}, api.Shown(shownDecision))
}

// decideInbound decides about a received payment in place of its client.
func (s *surface) decideInbound(c echo.Context, who api.Caller) error {
	var b api.DecisionBody
	if err := api.ReadJSON(c, &b); err != nil {
		return err
	}
	item := c.Param("event")
	client, id, err := s.transactionWith(c.Request().Context(), item)
	if err != nil {
		return err
	}
	return s.Decide(c, who, client, id, item, b)
}
