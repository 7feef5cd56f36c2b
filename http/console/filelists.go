package console

import (
	"cmp"
	"context"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

var fileStates = []choice{
	{"", "any"}, {string(domain.FileIsHeld), "held"}, {string(domain.FileIsCut), "cut"}, {string(domain.FileIsRendered), "rendered"},
	{string(domain.FileIsDelivering), "being delivered"}, {string(domain.FileIsDelivered), "delivered"}, {string(domain.DeliveryUnknown), "delivery unknown"},
	{string(domain.FileIsAcked), "acknowledged"}, {string(domain.FileIsRefused), "refused"}, {string(domain.FileIsReleased), "released"}, {string(domain.FileIsRejected), "rejected"},
}

// shownAs are the states that a page calls by the name of one; none for all.
func shownAs(state string) []domain.FileState {
	switch s := domain.FileState(state); s {
	case "":
		return nil
	case domain.FileIsRejected:
		return []domain.FileState{s, domain.FileIsGivenUp}
	default:
		return []domain.FileState{s}
	}
}

// files serves the list of outbound files, newest first.
func (s *surface) files(c echo.Context, who api.Caller) error {
	q := &api.QueryReader{Values: c.QueryParams()}
	client, state, day, window := q.Text("client"), picked(q, "state", fileStates), q.Day("day"), q.Text("window")
	if err := ofPages(q); err != nil {
		return err
	}
	ofClient, err := s.clientFilter(c.Request().Context(), client)
	if err != nil {
		return err
	}
	client = ofClient.Value
	p := s.newPage(c, who, "Files out", "Files out")
	if window != "" && day == "" {
		day = calendar.DateOf(p.Now).String()
	}
	filters := []filter{
		ofClient, {Name: "state", Label: "State", Value: state, Choices: fileStates},
		{Name: "day", Label: "Cut on", Value: day, Kind: "date"}, {Name: "window", Label: "At window, New York", Value: window, Kind: "text", Short: true},
	}
	return s.list(c, p, "Files to the bank, newest first.", filters, func(ctx context.Context, limit int, cursor string) (table, string, error) {
		if day != "" {
			files, err := s.Views.FilesCutOn(ctx, day, day)
			files = slices.DeleteFunc(files, func(f projections.File) bool {
				return client != "" && f.Client != client || window != "" && (f.Why != domain.WhyWindow || windowOf(f) != window) || state != "" && !slices.Contains(shownAs(state), f.State)
			})
			slices.Reverse(files)
			return fileTable(p, "files", "Files cut on "+dayText(day), files), "", err
		}
		files, next, err := s.Views.Files(ctx, projections.FileFilter{Client: client, States: shownAs(state), Limit: limit, Cursor: cursor})
		return fileTable(p, "files", "Files", files), next, err
	})
}

func fileTable(p *page, name, caption string, files []projections.File) table {
	t := table{Name: name, Caption: caption, Columns: columns("File@", "State", "Entries#", "Debits#", "Credits#", "Client", "Cut@", "Delivered@"), Empty: "No file to show.", page: p}
	for _, f := range files {
		state := badge(word(f.State), toneOf(string(f.State)))
		if f.State == domain.DeliveryUnknown || f.DeliveredAt.IsZero() {
			state = state.sub(f.Note)
		}
		cut := at(f.CutAt)
		if f.CutAt.IsZero() {
			cut = at(f.CreatedAt)
		}
		t.add(
			linked(cmp.Or(f.Name, f.ID), Path+"/files/"+f.ID).sub(word(f.Why)), state, count(f.Totals.Entries), money(f.Totals.DebitCents), money(f.Totals.CreditCents),
			p.client(f.Client), cut, p.sameDay(f.DeliveredAt, f.CutAt))
	}
	return t
}

var inboundStates = []choice{
	{"", "any"}, {projections.InboundApplied, "applied"}, {projections.InboundReceived, "received"}, {projections.InboundQuarantined, "quarantined"},
	{projections.InboundPartlyQuarantined, "partly quarantined"}, {projections.InboundIsDismissed, "dismissed"}, {projections.InboundDuplicate, "duplicate"},
}

// inbounds serves the list of files received from the bank, newest first.
func (s *surface) inbounds(c echo.Context, who api.Caller) error {
	q := &api.QueryReader{Values: c.QueryParams()}
	state := picked(q, "state", inboundStates)
	if err := ofPages(q); err != nil {
		return err
	}
	p := s.newPage(c, who, "Files in", "Files in")
	if s.Inbound != nil {
		p.Forms = handInForm(p)
	}
	filters := []filter{{Name: "state", Label: "State", Value: state, Choices: inboundStates}}
	return s.list(c, p, "Files from the bank, newest first.", filters, func(ctx context.Context, limit int, cursor string) (table, string, error) {
		files, next, err := s.Views.InboundFiles(ctx, projections.InboundFilter{State: state, Limit: limit, Cursor: cursor})
		return inboundTable(p, "inbound", "Files from the bank", files), next, err
	})
}

func inboundTable(p *page, name, caption string, files []projections.Inbound) table {
	t := table{Name: name, Caption: caption, Columns: columns("File", "State", "Entries#", "Debits#", "Credits#", "Applied#", "Unmatched#", "Received"), Empty: "No file from the bank to show.", page: p}
	for _, f := range files {
		state := badge(word(f.State), toneOf(f.State))
		if len(f.Reasons) > 0 {
			state = state.sub(capital(f.Reasons[0].Message))
		}
		t.add(
			linked(f.Name, Path+"/inbound/"+f.ID).sub(word(f.Source)), state, count(f.Entries), money(f.DebitCents), money(f.CreditCents),
			count(f.Applied), count(f.Unmatched), at(f.ReceivedAt))
	}
	return t
}
