package console

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/http/api"
)

// search finds what a person typed, as GET /v1/ops/search does. A single hit
// is opened directly.
func (s *surface) search(c echo.Context, who api.Caller) error {
	q := strings.TrimSpace(c.QueryParam("q"))
	p := s.newPage(c, who, "Search", "")
	t := table{Name: "found", Caption: "Found", Columns: columns("What", "Kind", "Made@", "Client"), page: p,
		Empty: "Nothing is found. Search for what a bank statement says about a payment, such as 231380100000123 49.00 Ferris, or for the id or the name of a transaction, event, entry, file or client."}
	if q == "" {
		return s.serve(c, p, "list", listPage{Lead: "Type into the box above what you look for.", Tables: []table{t}})
	}
	lead := "For “" + q + "”"
	read := func(ctx context.Context, limit int, cursor string) (table, string, error) {
		found, err := s.Search(ctx, who, q, limit, cursor)
		t := t
		for _, f := range found.Data {
			t.add(foundCells(p, f)...)
		}
		lead = "For “" + q + "”" + interpreted(found.ReadAs)
		if found.NextCursor == nil {
			return t, "", err
		}
		return t, *found.NextCursor, err
	}
	if isCSV(c) {
		return s.wholeCSV(c, read)
	}
	found, err := p.part(c, read)
	var refused *domain.Refusal
	switch {
	case errors.As(err, &refused):
		found.Empty = refused.Error()
	case err != nil:
		return err
	case len(found.Rows) == 1 && found.More == "":
		return c.Redirect(http.StatusSeeOther, found.Rows[0].Cells[0].Href)
	}
	return s.serve(c, p, "list", listPage{Lead: lead, Tables: []table{found}})
}

// interpreted says how each word of a search was read.
func interpreted(words []api.ReadAs) string {
	var parts []string
	for _, w := range words {
		parts = append(parts, w.As+" “"+w.Text+"”")
	}
	if len(parts) == 0 {
		return ""
	}
	return ", read as " + strings.Join(parts, ", ")
}

func foundCells(p *page, f api.Found) []cell {
	owner := say("")
	if f.Client != "" {
		owner = p.client(f.Client)
	}
	switch f.What {
	case "transaction":
		t := f.Transaction
		status := t.Status
		if t.Reason != "" {
			status = "Held"
		}
		return []cell{linked("$"+t.Amount+" "+named(t.Name), transactionPath(f.Client, f.ID)).sub(t.Account + " " + t.Trace), say("Transaction").sub(status), at(t.CreatedAt), owner}
	case "event":
		return []cell{linked("Event "+f.ID, transactionPath(f.Client, f.Of)), say("Event of a transaction"), cell{}, owner}
	case "file":
		return []cell{linked(f.Title, Path+"/files/"+f.ID), say("File to the bank"), cell{}, owner}
	case "inbound_file":
		return []cell{linked(f.Title, Path+"/inbound/"+f.ID), say("File from the bank"), cell{}, owner}
	case "unmatched":
		return []cell{linked(f.Title, Path+"/unmatched/"+f.ID), say("Unmatched entry"), cell{}, owner}
	default:
		return []cell{linked(f.Title, Path+"/clients/"+f.ID), say("Client"), cell{}, say(f.ID)}
	}
}
