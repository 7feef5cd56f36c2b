package ops

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// approval is a request that needs two people: who asked, and for what exactly.
type approval struct {
	ID        string                  `json:"id"`
	Action    domain.Action           `json:"action"`
	Subject   string                  `json:"subject"`
	Maker     string                  `json:"maker"`
	State     domain.ApprovalState    `json:"state"`
	AskedAt   time.Time               `json:"asked_at"`
	ExpiresAt time.Time               `json:"expires_at"`
	Digest    string                  `json:"digest"`
	Changes   []domain.ProposedChange `json:"changes"`
	Act       json.RawMessage         `json:"act,omitempty"`
	By        string                  `json:"by,omitempty"`
	Reason    string                  `json:"reason,omitempty"`
	EndedAt   *time.Time              `json:"ended_at,omitempty"`
	Failed    string                  `json:"failed,omitempty"`
}

func (s *surface) shownApproval(a domain.Approval) approval {
	shown := approval{
		ID: a.ID, Action: a.Asked.Action, Subject: a.Asked.Subject, Maker: a.Asked.Maker, State: a.State(s.Ledger.Now()),
		AskedAt: a.AskedAt, ExpiresAt: a.Asked.ExpiresAt, Digest: a.Asked.Digest, Changes: a.Asked.Changes,
		By: a.By, Reason: a.Reason, Failed: a.Failed,
	}
	if shown.Changes == nil {
		shown.Changes = []domain.ProposedChange{}
	}
	if a.Asked.Act != nil {
		shown.Act = a.Asked.Act.Params
	}
	if !a.EndedAt.IsZero() {
		shown.EndedAt = &a.EndedAt
	}
	return shown
}

// listApprovals answers requests that need two people, newest first; state=
// selects one state.
func (s *surface) listApprovals(c echo.Context, who api.Caller) error {
	q := &api.QueryReader{Values: c.QueryParams()}
	state := api.Pick(q, "state", domain.ApprovalStates)
	if err := q.Refusal(); err != nil {
		return err
	}
	return api.List(s.Kit, c, who.Client, "requests for approval", func(ctx context.Context, limit int, cursor string) ([]string, string, error) {
		return s.Views.Approvals(ctx, projections.ApprovalFilter{State: state, Now: s.Ledger.Now(), Limit: limit, Cursor: cursor})
	}, func(id string) (approval, error) {
		a, err := s.Ledger.Approval(c.Request().Context(), id)
		return s.shownApproval(a), err
	})
}

func (s *surface) getApproval(c echo.Context, _ api.Caller) error {
	a, err := s.Ledger.Approval(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, s.shownApproval(a))
}

// approveRequest approves what another person asked for, and carries it out. The
// scope of a credential is not enough: it stays when its owner loses the role.
func (s *surface) approveRequest(c echo.Context, who api.Caller) error {
	var in struct {
		Digest string `json:"digest"`
	}
	if _, err := api.ReadOptional(c, &in); err != nil {
		return err
	}
	person, err := s.other(c, who)
	if err != nil {
		return err
	}
	if !person.Approves() {
		return domain.Refuse(domain.NoPerson, "only a person with the role approver can approve this, and %s has other roles", person.Email)
	}
	ctx := c.Request().Context()
	a, err := s.Ledger.Approve(ctx, c.Param("id"), person.Email, in.Digest)
	if err != nil {
		return err
	}
	if a.Asked.Act != nil && s.Acts != nil {
		// The caller may have disconnected by now: what was approved is carried out.
		if err := s.Acts.CarryOut(context.WithoutCancel(ctx), a.ID); err != nil {
			return err
		}
	}
	return s.answerApproval(c, a)
}

// refuseRequest refuses what another person asked for.
func (s *surface) refuseRequest(c echo.Context, who api.Caller) error {
	var in struct {
		Reason string `json:"reason"`
	}
	if _, err := api.ReadOptional(c, &in); err != nil {
		return err
	}
	if err := checkReason(in.Reason); err != nil {
		return err
	}
	return s.endRequest(c, who, func(by string) func(domain.Approval) ([]domain.Event, error) {
		return domain.DenyApproval{By: by, Reason: in.Reason, Now: s.Ledger.Now()}.Decide
	})
}

// withdrawRequest withdraws what the same person asked for.
func (s *surface) withdrawRequest(c echo.Context, who api.Caller) error {
	return s.endRequest(c, who, func(by string) func(domain.Approval) ([]domain.Event, error) {
		return domain.TakeBackApproval{By: by, Now: s.Ledger.Now()}.Decide
	})
}

func (s *surface) endRequest(c echo.Context, who api.Caller, decide func(by string) func(domain.Approval) ([]domain.Event, error)) error {
	person, err := s.other(c, who)
	if err != nil {
		return err
	}
	id := c.Param("id")
	a, err := ledger.Execute(c.Request().Context(), s.Ledger, ledger.ExistingApproval(id), decide(person.Email))
	if err != nil {
		return err
	}
	return s.answerApproval(c, a)
}

// other returns the person who decides about an existing request.
func (s *surface) other(c echo.Context, who api.Caller) (domain.Operator, error) {
	ctx := c.Request().Context()
	if _, err := s.Ledger.Approval(ctx, c.Param("id")); err != nil {
		return domain.Operator{}, err
	}
	return s.Person(ctx, who)
}

func (s *surface) answerApproval(c echo.Context, a domain.Approval) error {
	a, err := s.Ledger.Approval(c.Request().Context(), a.ID) // as carrying it out left it
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, s.shownApproval(a))
}
