package ops

import (
	"context"
	"net/http"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
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
// asked and why. It requires scope reveal as well as a scope of operations.
func (s *surface) reveal(c echo.Context, who api.Caller) error {
	var in struct {
		Client string `json:"client"`
		Reason string `json:"reason"`
	}
	if err := api.ReadJSON(c, &in); err != nil {
		return err
	}
	switch {
	case in.Reason == "" || utf8.RuneCountInString(in.Reason) > longestReason:
		return api.Invalid("/reason", "required", "is needed: say why you have to see it, in at most %d characters", longestReason)
	case !who.May(domain.ScopeReveal):
		return api.NewProblem(api.CodeScope, "this needs scope %s beside one of operations; people have it by the role %s", domain.ScopeReveal, domain.RoleRevealer)
	}
	ctx, id := c.Request().Context(), c.Param("id")
	client, err := s.owner(ctx, in.Client, id)
	if err != nil {
		return err
	}
	t, err := ledger.Load(ctx, s.Ledger, ledger.TransactionStream(client, id).Existing("transaction %.80q of client %.32q", id, client))
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

// owner returns the client that the request named or, if it named none, the only
// client that has a transaction with this id.
func (s *surface) owner(ctx context.Context, named, id string) (string, error) {
	if named != "" {
		return named, nil
	}
	if err := s.Views.WaitFor(ctx, api.Everyone); err != nil {
		return "", err
	}
	found := api.Pages("", func(at string) ([]projections.Transaction, string, error) {
		return s.Views.Transactions(ctx, projections.TransactionFilter{ID: id, Limit: 2, Cursor: at})
	})
	for t, err := range found {
		if err != nil {
			return "", err
		}
		if named != "" {
			return "", api.Invalid("/client", "required", "is needed: several clients have a transaction of this id")
		}
		named = t.Client
	}
	if named == "" {
		return "", domain.Refuse(domain.NotFound, "there is no transaction %.80q", id)
	}
	return named, nil
}
