package console

import (
	"context"
	"errors"
	"net/http"
	"net/url"
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
	t := table{Name: "found", Caption: "Found", Columns: columns("What", "Kind", "Client"), page: p,
		Empty: "Nothing is found. Search for what a bank statement says about a payment, such as 231380100000123 49.00 Ferris, or for the id or the name of a transaction, event, entry, file or client."}
	lead := "For “" + q + "”"
	if q == "" {
		lead = "Type into the box above what you look for."
	}
	if q != "" && isCSV(c) {
		return s.wholeCSV(c, func(ctx context.Context, limit int, cursor string) (table, string, error) {
			found, err := s.Search(ctx, who, q, limit, cursor)
			t := t
			for _, f := range found.Data {
				t.add(foundCells(p, f)...)
			}
			if found.NextCursor == nil {
				return t, "", err
			}
			return t, *found.NextCursor, err
		})
	}
	t.CSV = p.Link("format", "csv")
	if q != "" {
		found, err := s.Search(c.Request().Context(), who, q, pageRows, c.QueryParam("cursor"))
		var refused *domain.Refusal
		switch {
		case errors.As(err, &refused):
			t.Empty = refused.Error()
		case err != nil:
			return err
		}
		for _, f := range found.Data {
			t.add(foundCells(p, f)...)
		}
		if found.NextCursor != nil {
			t.More = Path + "/search?" + url.Values{"q": {q}, "cursor": {*found.NextCursor}}.Encode()
		}
		if len(t.Rows) == 1 && t.More == "" {
			return c.Redirect(http.StatusSeeOther, t.Rows[0].Cells[0].Href)
		}
		for i, r := range found.ReadAs {
			if i == 0 {
				lead += ", read as "
			} else {
				lead += ", "
			}
			lead += r.As + " “" + r.Text + "”"
		}
	}
	p.Data = listPage{Lead: lead, Tables: []table{t}}
	return s.show(c, http.StatusOK, "list", p)
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
		return []cell{linked(t.Amount+" "+named(t.Name), transactionPath(f.Client, f.ID)).sub(t.Account + " " + t.Trace), say("Transaction").sub(status), owner}
	case "event":
		return []cell{linked("Event "+f.ID, transactionPath(f.Client, f.Of)), say("Event of a transaction"), owner}
	case "file":
		return []cell{linked(f.Title, Path+"/files/"+f.ID), say("File to the bank"), owner}
	case "inbound_file":
		return []cell{linked(f.Title, Path+"/inbound/"+f.ID), say("File from the bank"), owner}
	case "unmatched":
		return []cell{linked(f.Title, Path+"/unmatched/"+f.ID), say("Unmatched entry"), owner}
	default:
		return []cell{linked(f.Title, Path+"/clients/"+f.ID), say("Client"), say(f.ID)}
	}
}
