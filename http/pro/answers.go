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

// proAnswer is a return or a notification of change in ACH Pro's form.
type proAnswer struct {
	TransactionID     string `json:"transactionId"`
	ACHFileID         string `json:"achFileId,omitempty"`
	TraceNumber       string `json:"traceNumber"`       // of the original entry
	ReturnTraceNumber string `json:"returnTraceNumber"` // of the return or notification
	Code              string `json:"code"`
	Title             string `json:"title"`
	CorrectedData     string `json:"correctedData,omitempty"`
	AccountID         string `json:"accountId,omitempty"`
	ReceivedAt        string `json:"receivedAt"`
}

// listReturns responds with the returns received, newest first.
func (s *surface) listReturns(c echo.Context, who api.Caller) error {
	return s.listAnswers(c, who, domain.Return)
}

// listNOCs responds with the notifications of change received, newest first.
func (s *surface) listNOCs(c echo.Context, who api.Caller) error {
	return s.listAnswers(c, who, domain.Correction)
}

func (s *surface) listAnswers(c echo.Context, who api.Caller, kind domain.ItemKind) error {
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, who.Client); err != nil {
		return err
	}
	filter := projections.AnswerFilter{Client: who.Client, Kind: kind, Direction: domain.FromFed, Limit: api.RowsAtOnce}
	from := c.QueryParam("cursor")
	page := func(at string) ([]projections.Answer, string, error) {
		filter.Cursor = at
		return s.Views.Answers(ctx, filter)
	}
	accounts := accountsOf{s: s, client: who.Client, files: map[string]domain.ProfileFile{}}
	show := func(a projections.Answer) (proAnswer, error) { return accounts.shownAnswer(ctx, a) }
	switch {
	case api.IsExport(c):
		what := map[domain.ItemKind]string{domain.Return: "returns", domain.Correction: "nocs"}[kind]
		return api.Export(s.Kit, c, who, domain.Exported{What: what, Client: who.Client}, api.Pages("", page), show)
	case c.QueryParam("limit") == "":
		return api.AnswerAll(s.Kit, c, api.Pages(from, page), show)
	}
	most, err := api.Limit(c)
	if err != nil {
		return err
	}
	filter.Limit = most
	rows, next, err := page(from)
	if err != nil {
		return err
	}
	return api.AnswerLinked(c, rows, most, next, show)
}

// accountsOf looks up the accounts of the ACH Pro files that a list refers to.
// Items that refer to one file are adjacent in it.
type accountsOf struct {
	s      *surface
	client string
	files  map[string]domain.ProfileFile
}

// filesKnown is how many files are cached.
const filesKnown = 4

func (m accountsOf) shownAnswer(ctx context.Context, i projections.Answer) (proAnswer, error) {
	a := proAnswer{TransactionID: i.TransactionID, TraceNumber: i.AnsweredTrace, ReturnTraceNumber: i.Trace, Code: i.Code,
		CorrectedData: i.CorrectedData, ReceivedAt: api.Timestamp(i.MadeAt)}
	on := calendar.DateOf(i.MadeAt)
	if i.Kind == domain.Correction {
		code, _ := codes.Change(i.Code, on)
		a.Title = code.Title
	} else {
		code, _ := codes.Return(i.Code, on)
		a.Title = code.Title
	}
	if i.MadeIn == "" {
		return a, nil
	}
	made, err := m.file(ctx, i.MadeIn)
	if err != nil || made.Version == 0 {
		return a, err
	}
	a.ACHFileID, a.AccountID = made.ID, made.Accounts[i.TransactionID]
	return a, nil
}

// file returns the ACH Pro file from which a file was cut; its version is 0 if
// that was not an ACH Pro file.
func (m accountsOf) file(ctx context.Context, id string) (domain.ProfileFile, error) {
	if made, ok := m.files[id]; ok {
		return made, nil
	}
	made, err := m.s.Ledger.ProfileFile(ctx, m.client, domain.ProfileFileID(id))
	if err != nil {
		return made, err
	}
	if len(m.files) >= filesKnown {
		clear(m.files)
	}
	m.files[id] = made
	return made, nil
}
