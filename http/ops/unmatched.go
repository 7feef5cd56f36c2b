package ops

import (
	"context"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// unmatchedEntry is an entry of the bank that waits for a person.
type unmatchedEntry struct {
	ID            string     `json:"id"`
	Inbound       string     `json:"inbound"`
	Line          int        `json:"line"`
	Kind          string     `json:"kind"`
	Reason        string     `json:"reason"`
	Message       string     `json:"message"`
	SEC           string     `json:"sec_code"`
	Company       string     `json:"company_name"`
	Sender        string     `json:"sender"`
	Name          string     `json:"name"`
	Routing       string     `json:"routing"`
	Account       string     `json:"account"`
	Trace         string     `json:"trace"`
	OriginalTrace string     `json:"original_trace,omitempty"`
	Code          string     `json:"code,omitempty"`
	Debit         bool       `json:"debit"`
	Amount        string     `json:"amount"`
	AmountCents   int64      `json:"amount_cents"`
	SettledOn     string     `json:"settled_on,omitempty"`
	QueuedAt      time.Time  `json:"queued_at"`
	Deadline      *time.Time `json:"deadline"`
	Candidates    []string   `json:"candidates"`
	Outcome       string     `json:"outcome,omitempty"`
	Client        string     `json:"client,omitempty"`
	TransactionID string     `json:"transaction_id,omitempty"`
}

func shownUnmatched(u projections.Unmatched) unmatchedEntry {
	shown := unmatchedEntry{
		ID: u.ID, Inbound: u.Inbound, Line: u.Line, Kind: string(u.EntryKind), Reason: u.Reason, Message: u.Message, SEC: u.SEC,
		Company: u.CompanyName, Sender: u.Sender, Name: u.Name, Routing: u.Routing, Account: domain.Account{Tail: u.AccountTail}.Masked(),
		Trace: u.Trace, OriginalTrace: u.OriginalTrace, Code: u.Code, Debit: u.Debit, Amount: text.FormatDollars(u.AmountCents),
		AmountCents: u.AmountCents, SettledOn: u.SettledOn, QueuedAt: u.QueuedAt, Candidates: u.Candidates, Outcome: u.Outcome,
		Client: u.Client, TransactionID: u.TransactionID,
	}
	if shown.Candidates == nil {
		shown.Candidates = []string{}
	}
	if !u.Deadline.IsZero() {
		shown.Deadline = &u.Deadline
	}
	return shown
}

// listUnmatched answers the unmatched entries, the nearest deadline first;
// outcome= selects those that were decided.
func (s *surface) listUnmatched(c echo.Context, who api.Caller) error {
	q := &api.QueryReader{Values: c.QueryParams()}
	outcome, client := api.Pick(q, "outcome", projections.UnmatchedOutcomes), q.Text("client")
	if err := q.Refusal(); err != nil {
		return err
	}
	return api.List(s.Kit, c, who.Client, "unmatched entries", func(ctx context.Context, limit int, cursor string) ([]projections.Unmatched, string, error) {
		return s.Views.UnmatchedEntries(ctx, projections.UnmatchedFilter{
			Outcome: outcome, Client: client, Limit: limit, Cursor: cursor,
		})
	}, api.Shown(shownUnmatched))
}

func (s *surface) getUnmatched(c echo.Context, who api.Caller) error {
	return api.Find(s.Kit, c, who.Client, "unmatched entry", s.Views.FindUnmatched, shownUnmatched)
}

// assign gives an entry to a client, or to one of its transactions.
func (s *surface) assign(c echo.Context, who api.Caller) error {
	var in struct {
		Client        string `json:"client"`
		TransactionID string `json:"transaction_id"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	if _, err := s.Inbound.Assign(c.Request().Context(), c.Param("id"), in.Client, in.TransactionID); err != nil {
		return err
	}
	return s.getUnmatched(c, api.Caller{Client: in.Client})
}

// sendBack returns an entry to its sender.
func (s *surface) sendBack(c echo.Context, _ api.Caller) error {
	var in struct {
		Code string `json:"code"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	if _, err := s.Inbound.Return(c.Request().Context(), c.Param("id"), strings.ToUpper(in.Code)); err != nil {
		return api.Respelled(err, api.AnswerNames)
	}
	return s.getUnmatched(c, api.Caller{Client: domain.LedgerClient})
}

// dismiss records that nothing is to be done about an entry.
func (s *surface) dismiss(c echo.Context, _ api.Caller) error {
	var in struct {
		Reason string `json:"reason"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	if err := s.Inbound.Dismiss(c.Request().Context(), c.Param("id"), in.Reason); err != nil {
		return err
	}
	return s.getUnmatched(c, api.Caller{Client: domain.LedgerClient})
}
