package ops

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// policyBody is the policy of what needs two people.
type policyBody struct {
	FourEyes          bool   `json:"four_eyes"`
	ReleaseAboveCents int64  `json:"release_above_cents"`
	ApprovalExpires   string `json:"approval_expires"`
	Reason            string `json:"reason,omitempty"` // of a change
}

func (s *surface) getPolicy(c echo.Context, _ api.Caller) error {
	p, err := s.Ledger.Policy(c.Request().Context())
	if err != nil {
		return err
	}
	return answerPolicy(c, p)
}

func answerPolicy(c echo.Context, p domain.Policy) error {
	return c.JSON(http.StatusOK, policyBody{FourEyes: p.FourEyes, ReleaseAboveCents: p.ReleaseAboveCents, ApprovalExpires: domain.ShortDuration(p.Expires())})
}

// putPolicy replaces the policy. While the policy requires two people, so does
// this.
func (s *surface) putPolicy(c echo.Context, who api.Caller) error {
	var in policyBody
	input, err := api.ReadBody(c, &in)
	if err != nil {
		return err
	}
	ctx, err := s.ForTwo(c, who, domain.ActPolicy, "policy", input)
	if err != nil {
		return err
	}
	p, err := s.Ledger.ChangePolicy(ctx, domain.ChangePolicy{
		FourEyes: in.FourEyes, ReleaseAboveCents: in.ReleaseAboveCents, ApprovalExpires: in.ApprovalExpires, Reason: in.Reason,
	})
	if err != nil {
		return err
	}
	return answerPolicy(c, p)
}
