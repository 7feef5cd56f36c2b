package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/projections"
)

// Found is one result of a search: what it is, and where to read it.
type Found struct {
	What        string          `json:"what"` // transaction, event, file, inbound_file, unmatched or client
	ID          string          `json:"id"`
	Of          string          `json:"transaction_id,omitempty"` // of an event
	Client      string          `json:"client,omitempty"`         // operations only
	Title       string          `json:"title"`
	Path        string          `json:"path"` // of the API
	Transaction *TransactionRow `json:"transaction,omitempty"`
}

// FoundPage is a page of what a search found.
type FoundPage struct {
	ReadAs     []ReadAs `json:"read_as"`
	Data       []Found  `json:"data"`
	NextCursor *string  `json:"next_cursor"`
}

// AnswerSearch answers what q may refer to: for operations in the whole ledger,
// for a client among its own.
func (s *Kit) AnswerSearch(c echo.Context, who Caller) error {
	most, err := Limit(c)
	if err != nil {
		return err
	}
	p, err := s.Search(c.Request().Context(), who, c.QueryParam("q"), most, c.QueryParam("cursor"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, p)
}

// Search looks up what a person typed. Things with a name or an id come first,
// on the first page; payments follow, newest first.
func (s *Kit) Search(ctx context.Context, who Caller, typed string, most int, cursor string) (p FoundPage, err error) {
	q, err := readSearch(typed)
	if err != nil {
		return p, err
	}
	client := who.Client
	if client == domain.LedgerClient {
		client = Everyone
	}
	if err := s.Views.WaitFor(ctx, client); err != nil {
		return p, err
	}
	p = FoundPage{ReadAs: q.read, Data: []Found{}}
	if cursor == "" {
		if p.Data, err = s.findThings(ctx, q, client); err != nil {
			return p, fmt.Errorf("search: %w", err)
		}
	}
	q.filter.Client, q.filter.Limit, q.filter.Cursor = client, most, cursor
	rows, next, err := s.Views.Transactions(ctx, q.filter)
	if err != nil {
		return p, fmt.Errorf("search transactions: %w", err)
	}
	for _, r := range rows {
		row := NewTransactionRow(r).shownTo(who)
		p.Data = append(p.Data, Found{
			What: "transaction", ID: r.ID, Client: r.Client, Path: transactionPath(client, r.Client, r.ID), Transaction: &row,
			Title: fmt.Sprintf("%s %s %s, %s", row.Amount, row.Kind, row.Name, row.Status),
		})
	}
	if client != Everyone {
		for i := range p.Data {
			p.Data[i].Client = ""
		}
	}
	if next != "" {
		p.NextCursor = &next
	}
	return p, nil
}

func transactionPath(asker, client, id string) string {
	if asker == Everyone {
		return "/v1/ops/clients/" + client + "/transactions/" + id
	}
	return "/api/transaction/" + id
}

// findThings finds things whose name or id is the whole of what was typed.
func (s *Kit) findThings(ctx context.Context, q searchFor, client string) (found []Found, err error) {
	finders := []func(context.Context, searchFor, string) ([]Found, error){s.findEvents, s.findFiles}
	if client == Everyone {
		finders = append(finders, s.findArrivals, s.findUnmatched, s.findClients)
	}
	found = []Found{}
	for _, find := range finders {
		more, err := find(ctx, q, client)
		if err != nil {
			return nil, err
		}
		found = append(found, more...)
	}
	return found, nil
}

func (s *Kit) findEvents(ctx context.Context, q searchFor, client string) ([]Found, error) {
	if q.id == "" {
		return nil, nil
	}
	owner, id, ok, err := s.Views.FindItem(ctx, q.id)
	if err != nil || !ok || client != Everyone && owner != client {
		return nil, err
	}
	return []Found{{What: "event", ID: q.id, Of: id, Client: owner, Title: "Event of transaction " + id, Path: transactionPath(client, owner, id)}}, nil
}

func (s *Kit) findFiles(ctx context.Context, q searchFor, client string) (found []Found, err error) {
	files, err := s.Views.FilesNamed(ctx, q.whole)
	if err != nil {
		return nil, err
	}
	f, ok, err := s.Views.FindFile(ctx, q.whole)
	if ok {
		files = append(files, f)
	}
	path := "/v1/files/"
	if client == Everyone {
		path = "/v1/ops/files/"
	}
	for _, f := range files {
		if (client == Everyone || f.Client == client) && slices.Contains(shownStates, f.State) {
			found = append(found, Found{What: "file", ID: f.ID, Client: f.Client, Title: f.Name, Path: path + f.ID})
		}
	}
	return found, err
}

func (s *Kit) findArrivals(ctx context.Context, q searchFor, _ string) (found []Found, err error) {
	files, err := s.Views.InboundNamed(ctx, q.whole)
	if err != nil {
		return nil, err
	}
	f, ok, err := s.Views.FindInbound(ctx, q.whole)
	if ok {
		files = append(files, f)
	}
	for _, f := range files {
		found = append(found, Found{What: "inbound_file", ID: f.ID, Title: f.Name, Path: "/v1/ops/inbound/" + f.ID})
	}
	return found, err
}

func (s *Kit) findUnmatched(ctx context.Context, q searchFor, _ string) (found []Found, err error) {
	var entries []projections.Unmatched
	if q.filter.Trace != "" {
		if entries, err = s.Views.UnmatchedTraced(ctx, q.filter.Trace); err != nil {
			return nil, err
		}
	}
	u, ok, err := s.Views.FindUnmatched(ctx, q.whole)
	if ok {
		entries = append(entries, u)
	}
	for _, u := range entries {
		if cents := q.filter.FromCents; q.filter.BelowCents > 0 && u.AmountCents != cents {
			continue
		}
		found = append(found, Found{What: "unmatched", ID: u.ID, Client: u.Client, Title: u.Name + ": " + u.Reason, Path: "/v1/ops/unmatched/" + u.ID})
	}
	return found, err
}

// clientsShown bounds the clients in a result.
const clientsShown = 20

func (s *Kit) findClients(ctx context.Context, q searchFor, _ string) (found []Found, err error) {
	var clients []projections.Client
	if q.onlyNames() {
		if clients, err = s.Views.ClientsNamed(ctx, q.filter.Name, clientsShown); err != nil {
			return nil, err
		}
	}
	if len(q.read) == 1 {
		known, err := s.Directory.Client(ctx, q.whole)
		if err != nil {
			return nil, err
		}
		same := func(c projections.Client) bool { return c.ID == q.whole }
		if known.Version > 0 && !slices.ContainsFunc(clients, same) {
			clients = append(clients, projections.Client{ID: q.whole, Name: known.Settings.Name})
		}
	}
	for _, c := range clients {
		found = append(found, Found{What: "client", ID: c.ID, Client: c.ID, Title: c.Name, Path: "/v1/ops/clients/" + c.ID})
	}
	return found, nil
}
