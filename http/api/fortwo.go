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

// Acts carries out approved requests that act outside the log.
type Acts interface {
	CarryOut(ctx context.Context, approval string) error
}

// ForTwo is the context for an act that may need two people. If the ledger's
// policy requires them, the first write under it records a request for approval
// instead, and its error is answered with 202; otherwise it is the request's
// own context. The same input is the same request for approval.
func (s *Kit) ForTwo(c echo.Context, who Caller, action domain.Action, subject string, input []byte) (context.Context, error) {
	ctx := c.Request().Context()
	p, needed, err := s.proposal(ctx, who, action, subject, input)
	if err != nil || !needed {
		return ctx, err
	}
	return ledger.ForTwo(ctx, p), nil
}

// ActForTwo calls do, which acts outside the log. If the policy requires two
// people it records a request for approval instead, which Acts carries out once it
// is approved, provided that the stream named by act is still at the version named
// there; without a stream nothing is checked.
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

// Person returns the person who answers for a caller: who signed in, or the
// owner the credential was issued to.
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

// asked is the answer to a request that waits for approval.
type asked struct {
	ApprovalID string          `json:"approval_id"`
	Action     domain.Action   `json:"action"`
	Digest     string          `json:"digest"`
	ExpiresAt  time.Time       `json:"expires_at"`
	Credential json.RawMessage `json:"credential,omitempty"`
}

// AnswerAwaiting answers 202 to a request that waits for approval, with what
// can be shown only this once; nil: nothing.
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

// awaiting answers an error that says that approval is needed; false for any
// other error.
func awaiting(err error, c echo.Context) bool {
	var w *ledger.Awaiting
	if !errors.As(err, &w) || c.Response().Committed {
		return false
	}
	return AnswerAwaiting(c, w, nil) == nil
}
