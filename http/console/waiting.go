package console

import (
	"context"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// waitingEntries serves the entries that wait for a file: of a client, of a bank, or
// those that leave at one window.
func (s *surface) waitingEntries(c echo.Context, who api.Caller) error {
	q := &api.QueryReader{Values: c.QueryParams()}
	client, bank, when := q.Text("client"), q.Text("bank"), q.Text("at")
	window, err := time.Parse(time.RFC3339, when)
	if err != nil && when != "" && when != atThreshold {
		q.Bad("at", "time", "must be the instant of a window, or "+atThreshold)
	}
	if err := ofPages(q); err != nil {
		return err
	}
	ctx := c.Request().Context()
	ofClient, err := s.clientFilter(ctx, client)
	if err != nil {
		return err
	}
	client = ofClient.Value
	p := s.newPage(c, who, "Waiting for a file", "Transactions")
	groups, err := s.Views.QueueGroups(ctx)
	if err != nil {
		return err
	}
	groups = slices.DeleteFunc(groups, func(g projections.QueueGroup) bool {
		return client != "" && g.Client != client || bank != "" && g.ODFI != bank
	})
	lead := "Entries and answers that wait for a file."
	leaving, offered, err := s.leavingAt(ctx, p, groups, window)
	if err != nil {
		return err
	}
	if when != "" {
		groups = leaving
		lead = "Entries and answers that leave once a threshold is reached: their client has no windows."
		if !window.IsZero() {
			lead = "Entries and answers that leave at " + p.in(window).Format("15:04 on Mon 2 Jan") + ", or earlier."
		}
	}
	filters := []filter{ofClient, {Name: "bank", Label: "Bank", Value: bank, Kind: "text"}, {Name: "at", Label: "Leaves at", Value: when, Choices: offered}}
	return s.list(c, p, lead, filters, func(ctx context.Context, limit int, cursor string) (table, string, error) {
		rows, next, err := s.Views.WaitingEntries(ctx, groups, client+" "+bank+" "+when, limit, cursor)
		t := table{Name: "waiting-entries", Caption: "Waiting for a file, by client", Columns: columns("Name", "Amount#", "What", "Client", "Made@"), Empty: "Nothing waits for a file.", page: p}
		for _, r := range rows {
			t.add(linked(named(r.Name), transactionPath(r.Client, r.TransactionID)).sub(masked(r.AccountTail)), money(r.AmountCents).sub(r.SEC),
				say(word(r.Kind)), p.client(r.Client), at(r.MadeAt))
		}
		return t, next, err
	})
}

// leavingAt picks the groups that leave at a window, at the zero time those whose
// clients have none, and offers all the windows at which some leave.
func (s *surface) leavingAt(ctx context.Context, p *page, groups []projections.QueueGroup, window time.Time) (leaving []projections.QueueGroup, offered []choice, err error) {
	var windows []time.Time
	if !window.IsZero() {
		windows = append(windows, window.UTC()) // also one that is over
	}
	for _, g := range groups {
		at, err := s.nextWindow(ctx, g, p.Now)
		if err != nil {
			return nil, nil, err
		}
		if at.Equal(window) {
			leaving = append(leaving, g)
		}
		windows = append(windows, at.UTC())
	}
	slices.SortFunc(windows, time.Time.Compare)
	offered = []choice{{"", "any window"}}
	for _, at := range slices.Compact(windows) {
		if at.IsZero() {
			offered = append(offered, choice{atThreshold, "a threshold"})
		} else {
			offered = append(offered, choice{at.Format(time.RFC3339), p.in(at).Format("15:04 on Mon 2 Jan")})
		}
	}
	return leaving, offered, nil
}
