package ops

import (
	"context"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// transactionRow is a transaction as operations list them.
type transactionRow struct {
	Client        string    `json:"client"`
	TransactionID string    `json:"transaction_id"`
	Status        string    `json:"status"`
	Direction     string    `json:"direction"`
	SEC           string    `json:"sec_code"`
	Kind          string    `json:"kind"`
	Amount        string    `json:"amount"`
	AmountCents   int64     `json:"amount_cents"`
	Name          string    `json:"name"`
	Account       string    `json:"account"`
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
}

// listTransactions answers transactions across clients, newest first.
func (s *surface) listTransactions(c echo.Context, _ api.Caller) error {
	client := c.QueryParam("client")
	return api.List(s.Kit, c, client, "transactions", func(ctx context.Context, limit int, cursor string) ([]projections.Transaction, string, error) {
		return s.Views.Transactions(ctx, projections.TransactionFilter{Client: client, Status: c.QueryParam("status"), Limit: limit, Cursor: cursor})
	}, api.Shown(shownTransaction))
}

func shownTransaction(r projections.Transaction) transactionRow {
	return transactionRow{
		Client: r.Client, TransactionID: r.ID, Status: r.Status, Direction: string(r.Direction), SEC: r.SEC, Kind: string(r.Type),
		Amount: text.FormatDollars(r.AmountCents), AmountCents: r.AmountCents, Name: r.Name,
		Account: domain.Account{Tail: r.AccountTail}.Masked(), CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}

// listAllFiles answers files across clients, newest first.
func (s *surface) listAllFiles(c echo.Context, who api.Caller) error {
	return s.PageOfFiles(c, who.Client, c.QueryParam("client"))
}
