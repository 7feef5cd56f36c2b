package http

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/projections"
)

// taken is the answer to a file that was handed in.
type taken struct {
	TakenIn
	More []TakenIn `json:"more,omitempty"` // files that stood behind it
}

// takeIn takes a file of the bank, or an acknowledgement. A NACHA file is
// kept when this answers, and applied soon after.
func (s *Server) takeIn(c echo.Context, who Caller) error {
	content, done, err := s.largeBody(c, who, echo.MIMETextPlain)
	if err != nil {
		return err
	}
	defer done()
	ctx := c.Request().Context()
	if ack.Is(content) {
		a, err := ack.Parse(content)
		if err != nil {
			return invalid("/body", "acknowledgement", "%v", err)
		}
		f, err := s.Desk.Acknowledge(ctx, a)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusAccepted, taken{TakenIn: TakenIn{f.ID, string(f.State)}})
	}
	name := c.QueryParam("name")
	if name == "" {
		name = "api-" + requestID(c)
	}
	files, err := s.Desk.Accept(ctx, name, "api", bytes.NewReader(content))
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, "/v1/ops/inbound/"+files[0].ID)
	return c.JSON(http.StatusAccepted, taken{files[0], files[1:]})
}

// judgeInbound has what is in quarantine judged again. What is let in is
// applied soon after this answers.
func (s *Server) judgeInbound(c echo.Context, _ Caller) error {
	var in struct {
		Reason string `json:"reason"`
		Batch  int    `json:"batch"`
		AsIs   bool   `json:"as_is"`
	}
	if err := readJSON(c, &in); err != nil {
		return err
	}
	state, err := s.Desk.Judge(c.Request().Context(), c.Param("id"), in.Reason, in.Batch, in.AsIs)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, TakenIn{c.Param("id"), state})
}

// inboundFile is a file of the bank as operations see it.
type inboundFile struct {
	ID          string          `json:"id"`
	Of          string          `json:"of,omitempty"` // of a duplicate: the file that came before
	Name        string          `json:"name"`
	Source      string          `json:"source"`
	State       string          `json:"state"`
	ReceivedAt  time.Time       `json:"received_at"`
	Batches     int             `json:"batches"`
	Entries     int             `json:"entries"`
	DebitCents  int64           `json:"debit_cents"`
	CreditCents int64           `json:"credit_cents"`
	Applied     int             `json:"applied"`
	Unmatched   int             `json:"unmatched"`
	Skipped     int             `json:"skipped"`
	Repeats     int             `json:"repeats"`
	Reasons     []inboundReason `json:"reasons"`
	Remarks     []inboundReason `json:"remarks,omitempty"`
}

type inboundReason struct {
	Line    int    `json:"line"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

func shownInbound(f projections.Inbound) inboundFile {
	shown := inboundFile{
		ID: f.ID, Name: f.Name, Source: f.Source, State: f.State, ReceivedAt: f.ReceivedAt, Batches: f.Batches, Entries: f.Entries,
		DebitCents: f.DebitCents, CreditCents: f.CreditCents, Applied: f.Applied, Unmatched: f.Unmatched, Skipped: f.Skipped,
		Repeats: f.Repeats, Reasons: []inboundReason{},
	}
	if f.State == projections.InboundDuplicate {
		shown.Of = f.ID
	}
	for _, r := range f.Reasons {
		shown.Reasons = append(shown.Reasons, inboundReason{r.Line, r.Code, reasonText(r)})
	}
	for _, r := range f.Remarks {
		shown.Remarks = append(shown.Remarks, inboundReason{r.Line, r.Code, reasonText(r)})
	}
	return shown
}

func reasonText(p nacha.Problem) string {
	if p.Field == "" {
		return p.Message
	}
	return p.Field + ": " + p.Message
}

func (s *Server) listInbound(c echo.Context, who Caller) error {
	most, err := limit(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, who.Client); err != nil {
		return err
	}
	files, next, err := s.Views.InboundFiles(ctx, projections.InboundFilter{State: c.QueryParam("state"), Limit: most, Cursor: c.QueryParam("cursor")})
	if err != nil {
		return fmt.Errorf("list inbound files: %w", err)
	}
	shown := make([]inboundFile, len(files))
	for i, f := range files {
		shown[i] = shownInbound(f)
	}
	return answerPage(c, shown, next)
}

func (s *Server) getInbound(c echo.Context, who Caller) error {
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, who.Client); err != nil {
		return err
	}
	f, ok, err := s.Views.FindInbound(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if !ok {
		return domain.Refuse(domain.NotFound, "there is no inbound file %q", c.Param("id"))
	}
	return c.JSON(http.StatusOK, shownInbound(f))
}
