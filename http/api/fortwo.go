package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Acts carries out approved requests outside the log.
type Acts interface {
	CarryOut(ctx context.Context, approval string) error
}

// ForTwo is the context for what needs two people. While the policy of the
// ledger says so, the first write under it asks for the approval of another
// person in its place, and its error answers 202; else it is the request's
// own. Input is what was sent: the same again is the same request.
func (s *Kit) ForTwo(c echo.Context, who Caller, action domain.Action, subject string, input []byte) (context.Context, error) {
	ctx := c.Request().Context()
	p, needed, err := s.proposal(ctx, who, action, subject, input)
	if err != nil || !needed {
		return ctx, err
	}
	return ledger.ForTwo(ctx, p), nil
}

// ActForTwo does what is outside the log, or asks for the approval of another
// person, who has it done by Acts. What it is about must not have changed by
// then: stream and version, or none.
func (s *Kit) ActForTwo(c echo.Context, who Caller, action domain.Action, subject string, input []byte, act func() (domain.Act, error), do func(context.Context) error) error {
	ctx := c.Request().Context()
	p, needed, err := s.proposal(ctx, who, action, subject, input)
	if err != nil {
		return err
	}
	if !needed {
		return do(ctx)
	}
	asked, err := act()
	if err != nil {
		return err
	}
	return s.Ledger.AskForAct(ctx, p, asked)
}

func (s *Kit) proposal(ctx context.Context, who Caller, action domain.Action, subject string, input []byte) (p ledger.Proposal, needed bool, err error) {
	policy, err := s.Ledger.Policy(ctx)
	if err != nil || !policy.FourEyes {
		return p, false, err
	}
	maker, err := s.Person(ctx, who)
	return ledger.Proposal{Action: action, Subject: subject, Maker: maker.Email, Input: input}, true, err
}

// Person is who answers for a caller: the person who signed in, or the owner
// that the credential was issued with.
func (s *Kit) Person(ctx context.Context, who Caller) (domain.Operator, error) {
	owner := who.Person
	if owner == "" {
		credential, err := s.Directory.Credential(ctx, who.Key)
		if err != nil {
			return domain.Operator{}, err
		}
		owner = credential.Owner
	}
	return s.Ledger.Person(ctx, owner)
}

// asked is the answer to a request that waits for another person.
type asked struct {
	ApprovalID string          `json:"approval_id"`
	Action     domain.Action   `json:"action"`
	Digest     string          `json:"digest"`
	ExpiresAt  time.Time       `json:"expires_at"`
	Credential json.RawMessage `json:"credential,omitempty"`
}

// AnswerAwaiting answers 202 to what waits for another person. With it may go
// what is shown this once; nil for nothing.
func AnswerAwaiting(c echo.Context, w *ledger.Awaiting, once any) error {
	a := asked{ApprovalID: w.Approval.ID, Action: w.Approval.Asked.Action, Digest: w.Approval.Asked.Digest, ExpiresAt: w.Approval.Asked.ExpiresAt}
	if once != nil && !w.Again {
		var err error
		if a.Credential, err = json.Marshal(once); err != nil {
			return err
		}
	}
	h := c.Response().Header()
	h.Set(echo.HeaderLocation, "/v1/ops/approvals/"+a.ApprovalID)
	h.Set("Cache-Control", "no-store")
	return c.JSON(http.StatusAccepted, a)
}

// awaiting answers an error that says that another person has to approve.
func awaiting(err error, c echo.Context) bool {
	var w *ledger.Awaiting
	if !errors.As(err, &w) || c.Response().Committed {
		return false
	}
	return AnswerAwaiting(c, w, nil) == nil
}
