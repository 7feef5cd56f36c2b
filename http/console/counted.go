package console

import (
	"cmp"
	"context"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// By which day entries are counted.
const (
	bySettlement = "settles"
	byMade       = "made"
)

var (
	countedBy    = []choice{{bySettlement, "they settle"}, {byMade, "they were made"}}
	countedMoney = []choice{{guard.Debit, "debits"}, {guard.Credit, "credits"}}
)

// countedEntries serves the entries that a limit counts on some days, as a bar of
// the exposure leads to: those that wait for a file, then those in files.
func (s *surface) countedEntries(c echo.Context, who api.Caller) error {
	p := s.newPage(c, who, "Entries that count toward a limit", "Exposure")
	today := calendar.DateOf(p.Now).String()
	q := &api.QueryReader{Values: c.QueryParams()}
	by, money := cmp.Or(api.Pick(q, "by", []string{bySettlement, byMade}), bySettlement), cmp.Or(api.Pick(q, "money", []string{guard.Debit, guard.Credit}), guard.Debit)
	f := projections.CountedFilter{
		Client: q.Text("client"), ODFI: q.Text("bank"), Company: q.Text("company"), Debit: money == guard.Debit, ByMade: by == byMade,
		FromDay: cmp.Or(q.Day("from"), today), ToDay: cmp.Or(q.Day("to"), today),
	}
	if err := ofPages(q); err != nil {
		return err
	}
	ctx := c.Request().Context()
	ofClient, err := s.clientFilter(ctx, f.Client)
	if err != nil {
		return err
	}
	f.Client = ofClient.Value
	filters := []filter{
		ofClient, {Name: "bank", Label: "Or bank", Value: f.ODFI, Kind: "text"}, {Name: "company", Label: "Company", Value: f.Company, Kind: "text"},
		{Name: "money", Label: "Entries", Value: money, Choices: countedMoney}, {Name: "by", Label: "By the day", Value: by, Choices: countedBy},
		{Name: "from", Label: "From", Value: f.FromDay, Kind: "date"}, {Name: "to", Label: "Until", Value: f.ToDay, Kind: "date"},
	}
	lead := "Entries with an amount that wait for a file, and those already in files. A held entry counts once it is approved."
	if f.Client == "" && f.ODFI == "" {
		return s.serve(c, p, "list", listPage{Lead: "Choose the client or the bank whose limit it is. " + lead, Filter: filters})
	}
	return s.list(c, p, lead, filters, func(ctx context.Context, limit int, cursor string) (table, string, error) {
		f.Limit, f.Cursor = limit, cursor
		rows, next, err := s.Views.CountedEntries(ctx, f)
		return countedTable(p, rows), next, err
	})
}

func countedTable(p *page, rows []projections.CountedEntry) table {
	t := table{Name: "counted", Caption: "Entries", Columns: columns("Name", "Amount#", "Settles@", "File", "Client", "Made@"), Empty: "No entry counts toward this limit on these days.", page: p}
	for _, r := range rows {
		what := r.SEC
		if r.Kind != domain.Origination {
			what += " " + word(r.Kind)
		}
		file := say("waits for a file")
		if r.FileID != "" {
			file = linked(cmp.Or(r.FileName, r.FileID), Path+"/files/"+r.FileID)
		}
		settles := cell{}
		if r.SettlesOn != "" {
			settles = say(dayText(r.SettlesOn))
		}
		t.add(linked(named(r.Name), transactionPath(r.Client, r.TransactionID)).sub(masked(r.AccountTail)), money(r.AmountCents).sub(what),
			settles, file, p.client(r.Client), at(r.MadeAt))
	}
	return t
}
