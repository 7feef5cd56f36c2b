package ops

import (
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/http/api"
)

// approveFile releases a file that a rule of the guard holds, and answers it as
// it then stands.
func (s *surface) approveFile(c echo.Context, who api.Caller) error {
	reason, err := readReason(c)
	if err != nil {
		return err
	}
	f, err := s.AnyFile(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	policy, err := s.Ledger.Policy(ctx)
	if err != nil {
		return err
	}
	// A rule may hold the file before this is decided; if none does, nothing is
	// released and nobody is asked.
	if f.Cut != nil && policy.TwoToRelease(f.Cut.Totals.DebitCents+f.Cut.Totals.CreditCents) {
		if ctx, err = s.ForTwo(c, who, domain.ActRelease, f.ID, []byte(reason)); err != nil {
			return err
		}
	}
	if _, err := ledger.Execute(ctx, s.Ledger, ledger.FileStream("", f.ID), domain.ApproveFile{Reason: reason}.Decide); err != nil {
		return err
	}
	return s.GetAnyFile(c, who)
}
