package ops

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// requestForReturn is a request for return that awaits the receiving bank's
// response.
type requestForReturn struct {
	Event         string    `json:"event_id"`
	TransactionID string    `json:"transaction_id"`
	Client        string    `json:"client"`
	ODFI          string    `json:"odfi"`
	RDFI          string    `json:"rdfi"` // whom to ask
	Reason        string    `json:"reason"`
	Amount        string    `json:"amount"`
	AmountCents   int64     `json:"amount_cents"`
	AskedAt       time.Time `json:"asked_at"`
	AnswerBy      time.Time `json:"answer_by"`
}

func shownRequest(r projections.ReturnRequest) requestForReturn {
	return requestForReturn{
		Event: r.ItemID, TransactionID: r.TransactionID, Client: r.Client, ODFI: r.ODFI, RDFI: r.Routing, Reason: r.Reason,
		Amount: text.FormatDollars(r.AmountCents), AmountCents: r.AmountCents, AskedAt: r.AskedAt, AnswerBy: r.AnswerBy,
	}
}

// listRequests serves the open requests, nearest deadline first.
func (s *surface) listRequests(c echo.Context, _ api.Caller) error {
	return api.List(s.Kit, c, api.Everyone, "requests for return", func(ctx context.Context, limit int, cursor string) ([]projections.ReturnRequest, string, error) {
		return s.Views.ReturnRequests(ctx, projections.WaitFilter{Client: c.QueryParam("client"), Limit: limit, Cursor: cursor})
	}, api.Shown(shownRequest))
}

// askBack requests the return of an entry from the receiving bank on behalf of
// the client: 201 with the request, or 200 if it was made before.
func (s *surface) askBack(c echo.Context, who api.Caller) error {
	id, err := api.GUIDParam(c, "id", "transaction")
	if err != nil {
		return err
	}
	var in struct {
		Reason string `json:"reason"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	if in.Reason == "" || utf8.RuneCountInString(in.Reason) > answers.MostReason {
		return api.Invalid("/reason", "required", "is needed: say why the entry is to come back, in at most %d characters", answers.MostReason)
	}
	l, ctx, client := s.LedgerNow(), c.Request().Context(), c.Param("client")
	if _, err := s.ClientSettings(ctx, client); err != nil {
		return err
	}
	before, err := s.Transaction(ctx, l, client, id)
	if err != nil {
		return err
	}
	if err := api.Repeated(l, before.Transaction, "/reason", in.Reason); err != nil {
		return err
	}
	ask := answers.AskBack{ItemID: api.NewID(), Reason: in.Reason}
	return s.Answer(c, who, l, before.Transaction, ask.ItemID, ask)
}
