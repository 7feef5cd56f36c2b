package http

import (
	"fmt"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/text"
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

// everyone is whose writes an answer across clients must show: what happens to
// a client's payments and files is written in the client's name, whoever did
// it.
const everyone = ""

// listTransactions answers transactions across clients, newest first.
func (s *Server) listTransactions(c echo.Context, _ Caller) error {
	most, err := limit(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if err := s.Views.WaitFor(ctx, c.QueryParam("client")); err != nil {
		return err
	}
	rows, next, err := s.Views.Transactions(ctx, projections.TransactionFilter{
		Client: c.QueryParam("client"), Status: c.QueryParam("status"), Limit: most, Cursor: c.QueryParam("cursor"),
	})
	if err != nil {
		return fmt.Errorf("list transactions: %w", err)
	}
	shown := make([]transactionRow, len(rows))
	for i, r := range rows {
		shown[i] = transactionRow{
			Client: r.Client, TransactionID: r.ID, Status: r.Status, Direction: string(r.Direction), SEC: r.SEC, Kind: string(r.Kind),
			Amount: text.FormatDollars(r.AmountCents), AmountCents: r.AmountCents, Name: r.Name,
			Account: domain.Account{Tail: r.AccountTail}.Masked(), CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
		}
	}
	return answerPage(c, shown, next)
}

// listAllFiles answers files across clients, newest first.
func (s *Server) listAllFiles(c echo.Context, who Caller) error {
	return s.pageOfFiles(c, who.Client, c.QueryParam("client"))
}

// anyFile reads the file of the path, whosever it is.
func (s *Server) anyFile(c echo.Context) (domain.File, error) {
	f, err := s.Ledger.File(c.Request().Context(), c.Param("id"))
	if err == nil && f.Cut == nil {
		err = domain.Refuse(domain.NotFound, "there is no file %q", c.Param("id"))
	}
	return f, err
}

func (s *Server) getAnyFile(c echo.Context, _ Caller) error {
	f, err := s.Ledger.File(c.Request().Context(), c.Param("id"))
	if err == nil && !shows(f) {
		err = domain.Refuse(domain.NotFound, "there is no file %q", c.Param("id"))
	}
	if err != nil {
		return err
	}
	shown := shownFile(fromLog(f))
	shown.Client = f.Opened.Client
	if n := len(f.Answered.Differing); n > 0 {
		shown.TotalsDiffer = f.Answered.Differing[n-1]
	}
	return c.JSON(200, shown)
}

// confirmFile records that a file whose delivery is unknown did arrive.
func (s *Server) confirmFile(c echo.Context, _ Caller) error {
	return s.settleFile(c, s.Files.Confirm)
}

// resendFile records that a file whose delivery is unknown did not arrive,
// and sends it again.
func (s *Server) resendFile(c echo.Context, _ Caller) error {
	return s.settleFile(c, s.Files.Resend)
}
