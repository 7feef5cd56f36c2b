package ops

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/http/api"
)

// revealed is an account number that is masked elsewhere, and corrected data.
type revealed struct {
	Client        string         `json:"client"`
	TransactionID string         `json:"transaction_id"`
	AccountNumber string         `json:"account_number"`
	Corrected     []revealedData `json:"corrected"`
}

// revealedData is the content of a notification of change.
type revealedData struct {
	EventID string `json:"event_id"`
	Data    string `json:"data"`
}

// reveal answers the whole account number of a transaction, after recording who
// asked and why. It takes scope reveal beside one of operations.
func (s *surface) reveal(c echo.Context, who api.Caller) error {
	var in struct {
		Client string `json:"client"`
		Reason string `json:"reason"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	switch {
	case in.Client == "":
		return api.Invalid("/client", "required", "is needed: the client whose transaction it is")
	case in.Reason == "" || len(in.Reason) > longestReason:
		return api.Invalid("/reason", "required", "is needed: say why you have to see it, in at most %d characters", longestReason)
	case !who.May(domain.ScopeReveal):
		return api.NewProblem(api.CodeScope, "this needs scope %s beside one of operations; people have it by the role %s", domain.ScopeReveal, domain.RoleRevealer)
	}
	t, err := ledger.Load(c.Request().Context(), s.Ledger, ledger.TransactionStream(in.Client, c.Param("id")).Existing("transaction %.80q of client %.32q", c.Param("id"), in.Client))
	if err != nil {
		return err
	}
	shown := revealed{Client: t.Client, TransactionID: t.ID, Corrected: []revealedData{}}
	shown.AccountNumber, err = s.Ledger.OpenAccount(t.Client, t.Account)
	if seal.NotCheckable(err) {
		return domain.Refuse(domain.NotFound, "the number cannot be opened any more: the keys of client %s were destroyed", t.Client)
	}
	if err != nil {
		return err
	}
	for _, i := range t.Items {
		data, err := s.Ledger.OpenDataOf(&t, i)
		if err != nil {
			return err
		}
		if data != "" {
			shown.Corrected = append(shown.Corrected, revealedData{i.ID, data})
		}
	}
	if err := s.RecordReveal(c, t, in.Reason); err != nil {
		return err
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, shown)
}
