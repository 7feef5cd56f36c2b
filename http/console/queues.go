package console

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// Rows of a list: per page, and in a whole CSV file.
const (
	pageRows = 50
	csvRows  = 20_000
)

// queues serves the list of all queues, with their totals.
func (s *surface) queues(c echo.Context, who api.Caller) error {
	p := s.newPage(c, who, "Queues", "Queues")
	p.Live = true
	list, err := s.work(c.Request().Context(), p.Now)
	if err != nil {
		return err
	}
	ages, err := s.ages(c.Request().Context(), p.Now)
	if err != nil {
		return err
	}
	return s.serve(c, p, "queues", queuesPage{p, list, agesPlot(ages)})
}

type queuesPage struct {
	page   *page
	Queues []work
	Ages   *plot
}

func (d queuesPage) lists() []table {
	return []table{workTable(d.page, "all-queues", d.Queues)}
}

// workTable lists the queues for CSV, each followed by the totals of its
// rules.
func workTable(p *page, name string, list []work) table {
	t := table{Name: name, Columns: columns("Queue", "Rule", "Waiting", "Dollars", "Oldest", "Next deadline", "If nobody acts"), page: p}
	add := func(queue, rule, then string, w work) {
		dollars := money(w.Cents)
		if w.NoMoney {
			dollars = cell{}
		}
		t.add(say(queue), say(rule), count(w.Count), dollars, at(w.Oldest), at(w.Deadline), say(then))
	}
	for _, w := range list {
		add(w.Name, "", w.Then, w)
		for _, r := range w.Rules {
			add(w.Name, r.Name, r.Means, r)
		}
	}
	return t
}

type listPage struct {
	Lead   string
	Tables []table
	Filter []filter
}

func (d listPage) lists() []table { return d.Tables }

// filter is a field of the form above a list.
type filter struct {
	Name, Label, Value string
	Choices            []choice
	Kind               string // text, date, number, or empty for choices
	Short              bool   // a narrow input
}

type choice struct{ Value, Label string }

// picked reads a query parameter that is one of a menu's values. No value, or an
// empty one, is the menu's default.
func picked(q *api.QueryReader, name string, menu []choice) string {
	var values []string
	for _, m := range menu {
		if m.Value != "" {
			values = append(values, m.Value)
		}
	}
	return api.Pick(q, name, values)
}

// queue serves the items of one queue.
func (s *surface) queue(c echo.Context, who api.Caller) error {
	for _, q := range workQueues {
		if q.name != c.Param("queue") {
			continue
		}
		p := s.newPage(c, who, q.title, "Queues")
		of, filters, err := s.queueFilters(c, p, q)
		if err != nil {
			return err
		}
		return s.list(c, p, q.means+" If nobody acts: "+q.then, filters, func(ctx context.Context, limit int, cursor string) (table, string, error) {
			of.limit, of.cursor = limit, cursor
			return q.list(s, ctx, p, of)
		})
	}
	return domain.Refuse(domain.NotFound, "there is no queue %q", c.Param("queue"))
}

// queuePart is the part of a queue that a page shows.
type queuePart struct {
	client, rule string // of what is held
	since        projections.Since
	limit        int
	cursor       string
}

// queueFilters reads which part of a queue is asked for. By age one looks at the
// queues of the plot of ages.
func (s *surface) queueFilters(c echo.Context, p *page, of workQueue) (asked queuePart, fields []filter, err error) {
	q := &api.QueryReader{Values: c.QueryParams()}
	if of.name == "held" {
		asked.client, asked.rule = q.Text("client"), q.Text("rule")
	}
	if of.name != "returned" && of.name != "answers" {
		var age filter
		age, asked.since = ageFilter(q, p.Now)
		fields = append(fields, age)
	}
	if err := ofPages(q); err != nil || of.name != "held" {
		return asked, fields, err
	}
	ctx := c.Request().Context()
	client, err := s.clientFilter(ctx, asked.client)
	if err != nil {
		return asked, nil, err
	}
	asked.client = client.Value
	rule, err := s.ruleFilter(ctx, asked.rule)
	return asked, append([]filter{client, rule}, fields...), err
}

// rowReader reads some rows of a list, and the cursor of the next ones; empty at
// the end of the list.
type rowReader func(ctx context.Context, limit int, cursor string) (table, string, error)

// list serves a list as a page, or in full as CSV.
func (s *surface) list(c echo.Context, p *page, lead string, filters []filter, read rowReader) error {
	if isCSV(c) {
		return s.wholeCSV(c, read)
	}
	t, err := p.part(c, read)
	if err != nil {
		return err
	}
	return s.serve(c, p, "list", listPage{Lead: lead, Tables: []table{t}, Filter: filters})
}

// part reads the rows of the page's own list that are shown at a time, with the
// paths of the next ones and of all as CSV.
func (p *page) part(c echo.Context, read rowReader) (table, error) {
	t, next, err := read(c.Request().Context(), pageRows, c.QueryParam("cursor"))
	if err != nil {
		return t, err
	}
	if next != "" {
		t.More = p.Link("cursor", next) + "#" + t.Name
	}
	if c.QueryParam("cursor") != "" {
		t.First = p.withoutCursor() + "#" + t.Name
	}
	t.CSV = p.Link("format", "csv")
	return t, nil
}

// wholeCSV serves a list as CSV, reading page after page. A list with more
// rows than a spreadsheet can use is cut off, and its last line says so.
func (s *surface) wholeCSV(c echo.Context, read rowReader) error {
	api.ExtendDeadlines(c, 5*time.Minute)
	var whole table
	for cursor := ""; ; {
		t, next, err := read(c.Request().Context(), api.MaxLimit, cursor)
		if err != nil {
			return err
		}
		rows := append(whole.Rows, t.Rows...)
		whole = t
		whole.Rows = rows
		if next == "" {
			break
		}
		if len(whole.Rows) >= csvRows {
			whole.Rows = append(whole.Rows, row{Cells: []cell{say("and more: narrow the list to see the rest")}})
			break
		}
		cursor = next
	}
	return asCSV(c, whole)
}

func transactionPath(client, id string) string { return Path + "/transactions/" + client + "/" + id }

// named formats a name for lists.
func named(name string) string { return cmp.Or(name, "(no name)") }

func masked(tail string) string {
	if tail == "" {
		return ""
	}
	return domain.Account{Tail: tail}.Masked()
}

func (s *surface) unmatchedEntries(ctx context.Context, p *page, of queuePart) (table, string, error) {
	entries, next, err := s.Views.UnmatchedEntries(ctx, projections.UnmatchedFilter{Since: of.since, Limit: of.limit, Cursor: of.cursor})
	t := table{Name: "unmatched", Caption: "Unmatched entries, nearest deadline first",
		Columns: columns("Entry", "Amount#", "Why it waits", "From", "Answer by", "Settled on@", "Id"), Empty: "No entry is unmatched.", page: p}
	for _, u := range entries {
		what := word(u.EntryKind)
		if u.Code != "" {
			what += " " + u.Code
		}
		t.add(
			linked(named(u.Name), Path+"/unmatched/"+u.ID).sub(what+" "+masked(u.AccountTail)),
			money(u.AmountCents).sub(string(calendar.KindOf(u.Debit))), say(u.Message), say(u.CompanyName).sub("bank "+u.Sender),
			at(u.Deadline).sub(p.Until(u.Deadline)), say(dayText(u.SettledOn)), code(u.ID))
	}
	return t, next, err
}

func (s *surface) quarantinedFiles(ctx context.Context, p *page, of queuePart) (table, string, error) {
	files, next, err := s.Views.InboundFiles(ctx, projections.InboundFilter{HeldBack: true, Since: of.since, Limit: of.limit, Cursor: of.cursor})
	t := inboundTable(p, "quarantine", "Files from the bank that are held back", files)
	t.Empty = "No file is held back."
	return t, next, err
}

// doubtful lists the files that need a person: those whose delivery is
// unknown, and those that are overdue.
func (s *surface) doubtful(ctx context.Context, now time.Time) (files []projections.File, err error) {
	unfinished, err := s.Views.UnfinishedFiles(ctx)
	for _, f := range unfinished {
		late := !f.CutAt.IsZero() && f.Method != "download" && !f.SendBy.IsZero() && now.After(f.SendBy)
		if f.State == domain.DeliveryUnknown || late {
			files = append(files, f)
		}
	}
	return files, err
}

func (s *surface) sumDoubtful(ctx context.Context, now time.Time, w *work) error {
	files, err := s.doubtful(ctx, now)
	for _, f := range files {
		w.add(1, f.Totals.DebitCents+f.Totals.CreditCents, f.CutAt, f.SendBy)
	}
	return err
}

func (s *surface) doubtfulFiles(ctx context.Context, p *page, of queuePart) (table, string, error) {
	files, err := s.doubtful(ctx, p.Now)
	files = slices.DeleteFunc(files, func(f projections.File) bool { return !of.since.Has(f.CutAt) })
	t := fileTable(p, "delivery", "Files in doubt", files)
	t.Empty = "No file is in doubt."
	return t, "", err
}

func (s *surface) heldFiles(ctx context.Context, p *page, of queuePart) (table, string, error) {
	files, _, err := s.Views.Files(ctx, projections.FileFilter{States: []domain.FileState{domain.FileIsHeld}})
	files = slices.DeleteFunc(files, func(f projections.File) bool { return !of.since.Has(f.CutAt) })
	t := fileTable(p, "held-files", "Held files, the newest first", files)
	t.Empty = "No file is held."
	return t, "", err
}

// sumReturned counts the returns and notifications of change received today.
func (s *surface) sumReturned(ctx context.Context, now time.Time, w *work) error {
	day := calendar.DateOf(now).String()
	counts, err := s.Views.Codes(ctx, day, day)
	for _, c := range counts {
		w.add(c.Entries, c.Cents, time.Time{}, time.Time{})
	}
	return err
}

func (s *surface) returnedToday(ctx context.Context, p *page, of queuePart) (table, string, error) {
	day := calendar.DateOf(p.Now).String()
	rows, next, err := s.Views.Answers(ctx, projections.AnswerFilter{Direction: domain.FromFed, FromDay: day, ToDay: day, Limit: of.limit, Cursor: of.cursor})
	t := answerTable(p, rows)
	t.Caption, t.Empty = "What came back today, newest first", "Nothing came back today."
	return t, next, err
}
