package pro

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/codes"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// proAnswer is a return or a notification of change as ACH Pro has it.
type proAnswer struct {
	TransactionID     string `json:"transactionId"`
	ACHFileID         string `json:"achFileId,omitempty"`
	TraceNumber       string `json:"traceNumber"`       // of the original entry
	ReturnTraceNumber string `json:"returnTraceNumber"` // of the answer
	Code              string `json:"code"`
	Title             string `json:"title"`
	CorrectedData     string `json:"correctedData,omitempty"`
	AccountID         string `json:"accountId,omitempty"`
	ReceivedAt        string `json:"receivedAt"`
}

// listReturns answers the returns received, newest first.
func (s *surface) listReturns(c echo.Context, who api.Caller) error {
	return s.listAnswers(c, who, domain.Return)
}

// listNOCs answers the notifications of change received, newest first.
func (s *surface) listNOCs(c echo.Context, who api.Caller) error {
	return s.listAnswers(c, who, domain.Correction)
}

func (s *surface) listAnswers(c echo.Context, who api.Caller, kind domain.ItemKind) error {
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, who.Client); err != nil {
		return err
	}
	filter := projections.ItemFilter{Client: who.Client, Kind: kind, Direction: domain.FromFed, Limit: api.RowsAtOnce}
	newestFirst := api.Backwards(func(at string) ([]projections.Item, string, error) {
		filter.Cursor = at
		return s.Views.Items(ctx, filter)
	})
	show := func(i projections.Item) (proAnswer, error) { return s.shownAnswer(ctx, who, i) }
	if api.IsExport(c) {
		what := map[domain.ItemKind]string{domain.Return: "returns", domain.Correction: "nocs"}[kind]
		return api.Export(s.Kit, c, who, domain.Exported{What: what, Client: who.Client}, newestFirst, show)
	}
	return api.AnswerRows(s.Kit, c, newestFirst, show)
}

func (s *surface) shownAnswer(ctx context.Context, who api.Caller, i projections.Item) (proAnswer, error) {
	a := proAnswer{TransactionID: i.TransactionID, ReturnTraceNumber: i.Trace, Code: i.Code, CorrectedData: i.CorrectedData, ReceivedAt: api.Timestamp(i.MadeAt)}
	on := calendar.DateOf(i.MadeAt)
	if i.Kind == domain.Correction {
		code, _ := codes.Change(i.Code, on)
		a.Title = code.Title
	} else {
		code, _ := codes.Return(i.Code, on)
		a.Title = code.Title
	}
	t, err := s.Ledger.Transaction(ctx, who.Client, i.TransactionID)
	if err != nil {
		return a, err
	}
	a.TraceNumber = originalTrace(&t, i.ItemID)
	if t.Originated == nil || t.Originated.InFile == "" {
		return a, nil
	}
	made, err := s.Ledger.ProfileFile(ctx, who.Client, proID(t.Originated.InFile))
	if err != nil || made.Version == 0 {
		return a, err
	}
	a.ACHFileID, a.AccountID = made.ID, made.Accounts[t.ID]
	return a, nil
}

// originalTrace is the trace number of the entry that a return or a
// notification of change answers, as the bank names it.
func originalTrace(t *domain.Transaction, answer string) string {
	item, ok := t.Item(answer)
	if !ok || item.Incoming == nil {
		return ""
	}
	switch e := item.Incoming.Entry; {
	case e.Return != nil:
		return e.Return.OriginalTrace
	case e.Correction != nil:
		return e.Correction.OriginalTrace
	default:
		return ""
	}
}
