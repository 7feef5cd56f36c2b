package console

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// search finds what a person typed: a trace number, an id or a name of a file
// or a client. One that is found alone is opened.
func (s *surface) search(c echo.Context, who api.Caller) error {
	ctx := c.Request().Context()
	q := strings.TrimSpace(c.QueryParam("q"))
	p := s.newPage(c, who, "Search", "")
	t := table{Name: "found", Caption: "Found", Columns: columns("What", "Kind", "Client"), page: p,
		Empty: "Nothing is found. A search takes a trace number (15 digits), the id of a transaction, event, entry or file, the name of a file, and the id or beginning of the name of a client."}
	if q != "" {
		if err := s.find(ctx, q, &t); err != nil {
			return err
		}
	}
	if len(t.Rows) == 1 {
		return c.Redirect(http.StatusSeeOther, t.Rows[0].Cells[0].Href)
	}
	p.Data = listPage{Lead: "For “" + q + "”", Tables: []table{t}}
	return s.show(c, http.StatusOK, "list", p)
}

func (s *surface) find(ctx context.Context, q string, t *table) error {
	if digits := strings.Map(digit, q); len(digits) == 15 && len(digits) == len(strings.ReplaceAll(q, " ", "")) {
		found, err := s.Views.FiledUnder(ctx, []string{digits})
		for _, f := range found[digits] {
			t.add(linked("Trace number "+digits, transactionPath(f.Client, f.TransactionID)), say(word(f.Kind)), say(f.Client))
		}
		return err
	}
	if f, ok, err := s.Views.FindFile(ctx, q); err != nil {
		return err
	} else if ok {
		t.add(linked(f.Name, Path+"/files/"+f.ID), say("File to the bank"), say(f.Client))
	}
	if f, ok, err := s.Views.FileNamed(ctx, q); err != nil {
		return err
	} else if ok {
		t.add(linked(f.Name, Path+"/files/"+f.ID), say("File to the bank"), say(f.Client))
	}
	if f, ok, err := s.Views.FindInbound(ctx, q); err != nil {
		return err
	} else if ok {
		t.add(linked(f.Name, Path+"/inbound/"+f.ID), say("File from the bank"), say(""))
	}
	if u, ok, err := s.Views.FindUnmatched(ctx, q); err != nil {
		return err
	} else if ok {
		t.add(linked(named(u.Name), Path+"/unmatched/"+u.ID), say("Unmatched entry"), say(u.Client))
	}
	return s.findByClient(ctx, q, t)
}

func digit(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

// findByClient finds clients, and the transaction of an id, which is unique
// within its client only.
func (s *surface) findByClient(ctx context.Context, q string, t *table) error {
	id, parsed := "", false
	if u, err := uuid.Parse(q); err == nil {
		id, parsed = u.String(), true
	}
	if parsed {
		client, transaction, ok, err := s.Views.FindItem(ctx, id)
		if err != nil {
			return err
		}
		if ok {
			t.add(linked("Event "+id, transactionPath(client, transaction)), say("Event of a transaction"), say(client))
			return nil
		}
	}
	for cursor := ""; ; {
		rows, next, err := s.Views.Clients(ctx, api.MaxLimit, cursor)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := s.matchClient(ctx, q, id, parsed, r, t); err != nil {
				return err
			}
		}
		if next == "" || len(t.Rows) >= pageRows {
			return nil
		}
		cursor = next
	}
}

func (s *surface) matchClient(ctx context.Context, q, id string, parsed bool, r projections.Client, t *table) error {
	if r.ID == q || len(q) > 1 && strings.HasPrefix(strings.ToLower(r.Name), strings.ToLower(q)) {
		t.add(linked(r.Name, Path+"/clients/"+r.ID), say("Client"), say(r.ID))
	}
	if !parsed {
		return nil
	}
	payment, err := s.Ledger.Transaction(ctx, r.ID, id)
	if err == nil && payment.Version > 0 {
		t.add(linked("Transaction "+id, transactionPath(r.ID, id)), say("Transaction"), say(r.ID))
	}
	return err
}
