package ops

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/ack"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// taken is the answer to a file handed in.
type taken struct {
	api.TakenIn
	More []api.TakenIn `json:"more,omitempty"` // files that followed it in the same content
}

// takeIn takes a file of the bank, or an acknowledgement. A NACHA file has been
// kept when this answers, and is applied soon after.
func (s *surface) takeIn(c echo.Context, who api.Caller) error {
	content, done, err := s.LargeBody(c, who, echo.MIMETextPlain)
	if err != nil {
		return err
	}
	defer done()
	if len(bytes.TrimSpace(content)) == 0 {
		return api.NewProblem(api.CodeBadRequest, "the body is empty: no file was handed in")
	}
	if ack.Is(content) {
		a, err := ack.Parse(content)
		if err != nil {
			return api.Invalid("/body", "acknowledgement", "%v", err)
		}
		var f domain.File
		err = s.handedIn(c, who, domain.ActAcknowledge, domain.HeaderName(a.Origin, a.CreatedOn, a.CreatedAt, a.Modifier), content, func(ctx context.Context) (err error) {
			f, err = s.Inbound.Acknowledge(ctx, a)
			return err
		})
		if err != nil {
			return err
		}
		return c.JSON(http.StatusAccepted, taken{TakenIn: api.TakenIn{ID: f.ID, State: string(f.State)}})
	}
	name := c.QueryParam("name")
	name = cmp.Or(name, "api-"+api.RequestID(c))
	var files []api.TakenIn
	err = s.handedIn(c, who, domain.ActInbound, name, content, func(ctx context.Context) (err error) {
		files, err = s.Inbound.Accept(ctx, name, "api", bytes.NewReader(content))
		return err
	})
	if err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderLocation, "/v1/ops/inbound/"+files[0].ID)
	return c.JSON(http.StatusAccepted, taken{files[0], files[1:]})
}

// judgeInbound judges quarantined content again. What is let in is applied soon
// after this answers.
func (s *surface) judgeInbound(c echo.Context, _ api.Caller) error {
	var in struct {
		Reason string `json:"reason"`
		Batch  int    `json:"batch"`
		AsIs   bool   `json:"as_is"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	state, err := s.Inbound.Judge(c.Request().Context(), c.Param("id"), in.Reason, in.Batch, in.AsIs)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusAccepted, api.TakenIn{ID: c.Param("id"), State: state})
}

// dismissInbound records that nothing is to be done about what is in quarantine.
func (s *surface) dismissInbound(c echo.Context, who api.Caller) error {
	reason, err := readReason(c)
	if err != nil {
		return err
	}
	file := ledger.InboundStream(c.Param("id")).Existing("inbound file %.80q", c.Param("id"))
	if _, err := ledger.Execute(c.Request().Context(), s.Ledger, file, domain.DismissInbound{Reason: reason}.Decide); err != nil {
		return err
	}
	return s.getInbound(c, who)
}

// inQuarantine selects, in the place of a state, what the work queue counts: the
// files that are in quarantine whole or in part.
const inQuarantine = "in_quarantine"

// listInbound answers the arrivals of files from the bank, newest first; state=
// selects some of them.
func (s *surface) listInbound(c echo.Context, who api.Caller) error {
	q := &api.QueryReader{Values: c.QueryParams()}
	state := api.Pick(q, "state", append(slices.Clone(projections.InboundStates), inQuarantine))
	if err := q.Refusal(); err != nil {
		return err
	}
	f := projections.InboundFilter{State: state}
	if state == inQuarantine {
		f = projections.InboundFilter{HeldBack: true}
	}
	return api.List(s.Kit, c, who.Client, "inbound files", func(ctx context.Context, limit int, cursor string) ([]projections.Inbound, string, error) {
		f := f
		f.Limit, f.Cursor = limit, cursor
		return s.Views.InboundFiles(ctx, f)
	}, api.Shown(api.NewInboundRecord))
}

func (s *surface) getInbound(c echo.Context, who api.Caller) error {
	return api.Find(s.Kit, c, who.Client, "inbound file", s.Views.FindInbound, api.NewInboundRecord)
}
