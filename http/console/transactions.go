package console

import (
	"context"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

var statuses = []choice{
	{"", "any"}, {projections.Pending, "Pending"}, {projections.PendingHeld, "Held"}, {projections.Released, "Released"}, {projections.Transmitted, "Transmitted"},
	{projections.Returned, "Returned"}, {projections.Recalled, "Recalled"}, {projections.Rejected, "Rejected"},
}

var directions = []choice{{"", "both"}, {string(domain.ToFed), "to the bank"}, {string(domain.FromFed), "from the bank"}}

// transactions serves the transactions of all clients, newest first.
func (s *surface) transactions(c echo.Context, who api.Caller) error {
	q := &api.QueryReader{Values: c.QueryParams()}
	f := projections.TransactionFilter{
		Client: q.Text("client"), Status: picked(q, "status", statuses), Direction: domain.Direction(picked(q, "direction", directions)),
		FromDay: q.Day("from"), ToDay: q.Day("to"),
	}
	if err := ofPages(q); err != nil {
		return err
	}
	status := f.Status
	if status == projections.Pending {
		f.Status = projections.PendingUnheld // what is held is chosen by itself
	}
	ofClient, err := s.clientFilter(c.Request().Context(), f.Client)
	if err != nil {
		return err
	}
	f.Client = ofClient.Value
	p := s.newPage(c, who, "Transactions", "Transactions")
	filters := []filter{
		ofClient,
		{Name: "status", Label: "Status", Value: status, Choices: statuses},
		{Name: "direction", Label: "Direction", Value: string(f.Direction), Choices: directions},
		{Name: "from", Label: "Made from", Value: f.FromDay, Kind: "date"}, {Name: "to", Label: "Made until", Value: f.ToDay, Kind: "date"},
	}
	return s.list(c, p, "Newest first. To find one by its trace number or id, search above.", filters, func(ctx context.Context, limit int, cursor string) (table, string, error) {
		f.Limit, f.Cursor = limit, cursor
		rows, next, err := s.Views.Transactions(ctx, f)
		return transactionTable(p, rows), next, err
	})
}

func transactionTable(p *page, rows []projections.Transaction) table {
	t := table{Name: "transactions", Caption: "Transactions", Columns: columns("Name", "Amount#", "Status", "Client", "Made", "Id"), Empty: "No transaction to show.", page: p}
	for _, r := range rows {
		t.add(
			linked(named(r.Name), transactionPath(r.Client, r.ID)).sub(masked(r.AccountTail)),
			money(r.AmountCents).sub(r.SEC+" "+word(r.Type)), statusBadge(r).sub(word(r.Direction)),
			p.client(r.Client), at(r.CreatedAt), code(r.ID))
	}
	return t
}

// statusBadge is a transaction's status as its page says it.
func statusBadge(r projections.Transaction) cell {
	if r.Held {
		return badge("Held", warn)
	}
	return badge(r.Status, toneOf(r.Status))
}
