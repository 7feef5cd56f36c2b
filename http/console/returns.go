package console

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

type returnsPage struct {
	Lead   string
	Plots  []*plot
	Filter []filter
	Tables []table
}

// Filtered reports whether a part of the list was asked for, which is then shown
// before the plots of all.
func (d returnsPage) Filtered() bool {
	return slices.ContainsFunc(d.Filter, func(f filter) bool { return f.Value != "" })
}

var answerKinds = []choice{
	{"", "any"}, {string(domain.Return), "Return"}, {string(domain.Correction), "Notification of change"}, {string(domain.Dishonor), "Dishonored return"},
	{string(domain.Contest), "Contested dishonored return"}, {string(domain.RefusedChange), "Refused correction"}, {string(domain.Reversal), "Reversal"}, {string(domain.Retry), "Presented again"}, {string(domain.ReturnFee), "Return fee"}, {string(domain.ReturnRequest), "Request for return"},
}

// maxDays bounds the filter on the days between an entry and its return.
const maxDays = 10_000

func orEmpty(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// returns serves the returns, dishonors and changes in both directions, newest
// first, with charts of codes by week and of days to return.
func (s *surface) returns(c echo.Context, who api.Caller) error {
	q := &api.QueryReader{Values: c.QueryParams()}
	f := projections.AnswerFilter{Client: q.Text("client"), Kind: domain.ItemKind(picked(q, "kind", answerKinds)), Direction: domain.Direction(picked(q, "direction", directions)), FromDay: q.Day("from"), ToDay: q.Day("to"),
		Code: strings.ToUpper(q.Text("code")), LeastDays: int(q.Number("least_days", 0, maxDays)), MostDays: int(q.Number("most_days", 0, maxDays))}
	if err := ofPages(q); err != nil {
		return err
	}
	ofClient, err := s.clientFilter(c.Request().Context(), f.Client)
	if err != nil {
		return err
	}
	f.Client = ofClient.Value
	p := s.newPage(c, who, "Returns", "Returns")
	read := func(ctx context.Context, limit int, cursor string) (table, string, error) {
		f.Limit, f.Cursor = limit, cursor
		rows, next, err := s.Views.Answers(ctx, f)
		return answerTable(p, rows), next, err
	}
	if isCSV(c) {
		return s.wholeCSV(c, read)
	}
	ctx := c.Request().Context()
	t, err := p.part(c, read)
	if err != nil {
		return err
	}
	data := returnsPage{Lead: "Returns and corrections from banks, and the answers to them.", Tables: []table{t}, Filter: []filter{
		ofClient, {Name: "kind", Label: "What", Value: string(f.Kind), Choices: answerKinds},
		{Name: "direction", Label: "Direction", Value: string(f.Direction), Choices: directions},
		{Name: "code", Label: "Code", Value: f.Code, Kind: "text", Short: true},
		{Name: "from", Label: "From", Value: f.FromDay, Kind: "date"}, {Name: "to", Label: "Until", Value: f.ToDay, Kind: "date"},
		{Name: "least_days", Label: "Took at least, days", Value: orEmpty(f.LeastDays), Kind: "number"}, {Name: "most_days", Label: "at most, days", Value: orEmpty(f.MostDays), Kind: "number"},
	}}
	today := calendar.DateOf(p.Now)
	byWeek, err := s.codesByWeek(ctx, today)
	if err != nil {
		return err
	}
	days, err := s.daysToReturn(ctx, today)
	if err != nil {
		return err
	}
	data.Plots = []*plot{byWeek, days}
	return s.serve(c, p, "returns", data)
}

func answerTable(p *page, rows []projections.Answer) table {
	t := table{Name: "returns", Caption: "Returns, corrections and disputes", Columns: columns("What", "Amount#", "Entry it belongs to", "Direction@", "Client", "When@", "Trace number"), Empty: "No return, correction or dispute to show.", page: p}
	for _, a := range rows {
		what := linked(word(a.Kind), transactionPath(a.Client, a.TransactionID))
		t.add(what.sub(codeText(a.Code)), money(a.AmountCents), say(named(a.Name)).sub(a.SEC), say(word(a.Direction)).sub(leaving(a)), p.client(a.Client), at(a.MadeAt), code(a.Trace))
	}
	return t
}

// weeks is how many weeks the chart of codes shows.
const weeks = 8

// codesByWeek draws the most frequent codes of the last weeks.
func (s *surface) codesByWeek(ctx context.Context, today calendar.Date) (*plot, error) {
	counts, err := s.Views.Codes(ctx, today.Add(-7*weeks+1).String(), today.String())
	if err != nil {
		return nil, err
	}
	byCode := map[string]*[weeks]int{}
	total := map[string]int{}
	for _, c := range counts {
		if c.Code == "" {
			continue // what bears none, as what the bank contests
		}
		d, err := calendar.ParseDate(c.Day)
		if err != nil {
			return nil, err
		}
		week := weeks - 1 - int(today.At(12, 0).Sub(d.At(12, 0)).Hours()/24+.5)/7
		if week < 0 || week >= weeks {
			continue
		}
		if byCode[c.Code] == nil {
			byCode[c.Code] = &[weeks]int{}
		}
		byCode[c.Code][week] += c.Entries
		total[c.Code] += c.Entries
	}
	list := slices.Sorted(maps.Keys(byCode))
	slices.SortStableFunc(list, func(a, b string) int { return total[b] - total[a] })
	return weekPlot(today, list[:min(len(list), 8)], byCode), nil
}

// weekPlot draws one row per code, with a bar for each week.
func weekPlot(today calendar.Date, list []string, byCode map[string]*[weeks]int) *plot {
	const high, left = 40, 60
	p := &plot{Title: "Codes by week", Width: plotWidth, Height: len(list)*(high+14) + 22, Empty: "Nothing came back in these weeks.", Legend: []legend{{"bar", "entries in a week"}}}
	wide := (plotWidth - left) / weeks
	most := 1
	for _, c := range list {
		most = max(most, slices.Max(byCode[c][:]))
	}
	for n, c := range list {
		base := n*(high+14) + high + 6
		p.Labels = append(p.Labels, label{X: 0, Y: base - 4, Anchor: "start", Text: c, Class: "value"})
		p.Lines = append(p.Lines, line{left, base, plotWidth, base, "axis"})
		for week, entries := range byCode[c] {
			if entries == 0 {
				continue
			}
			from := today.Add(-7*(weeks-week) + 1)
			says := fmt.Sprintf("%s, week from %s: %s", c, from.At(12, 0).Format("2 Jan"), plural(entries, "entry", "entries"))
			h := max(2, entries*(high-14)/most)
			x := left + week*wide
			href := Path + "/returns?direction=FromFed&code=" + c + "&from=" + from.String() + "&to=" + from.Add(6).String() + "#returns"
			p.Bars = append(p.Bars, shape{X: x + 4, Y: base - h, W: wide - 12, H: h, Class: "bar", Says: says, Href: href})
			p.Labels = append(p.Labels, label{X: x + 4 + (wide-12)/2, Y: base - h - 3, Anchor: "middle", Text: number(entries)})
			p.Says = append(p.Says, textLink{says, href})
		}
	}
	for week := 1; week < weeks; week += 2 { // includes the last week
		from := today.Add(-7*(weeks-week) + 1)
		p.Labels = append(p.Labels, label{X: left + week*wide + wide/2 - 2, Y: p.Height - 4, Anchor: "middle", Text: from.At(12, 0).Format("2 Jan")})
	}
	return p
}

type returnStep struct {
	name        string
	least, most int // whole days; most 0: no maximum
}

// returnSteps group returns by the days they took, for the chart.
var returnSteps = []returnStep{{"0-1 days", 0, 1}, {"2 days", 2, 2}, {"3 days", 3, 3}, {"4-5 days", 4, 5}, {"6-10 days", 6, 10}, {"11-60 days", 11, 60}, {"later", 61, 0}}

// daysToReturn draws how many days the latest returns took. Each bar links to
// its returns.
func (s *surface) daysToReturn(ctx context.Context, today calendar.Date) (*plot, error) {
	rows, from, err := s.newestReturns(ctx, today)
	if err != nil {
		return nil, err
	}
	counts := make([]int, len(returnSteps))
	for _, r := range rows {
		if r.AnsweredMadeAt.IsZero() {
			continue
		}
		took := int(r.MadeAt.Sub(r.AnsweredMadeAt) / (24 * time.Hour))
		if i := slices.IndexFunc(returnSteps, func(step returnStep) bool { return took <= step.most || step.most == 0 }); i >= 0 {
			counts[i]++
		}
	}
	p := &plot{Title: "Days from the entry to its return", Width: plotWidth, Empty: "No return came in the last sixty days.", Legend: []legend{{"bar", "returns since " + from.At(12, 0).Format("Mon 2 Jan")}}}
	most := max(1, slices.Max(counts))
	for i, step := range returnSteps {
		y := i*26 + 4
		p.Height = y + 28
		says := fmt.Sprintf("%s: %s", step.name, plural(counts[i], "return", "returns"))
		p.Labels = append(p.Labels, label{X: 0, Y: y + 15, Anchor: "start", Text: step.name}, label{X: plotWidth, Y: y + 15, Anchor: "end", Text: number(counts[i]), Class: "value"})
		if counts[i] == 0 {
			continue
		}
		href := fmt.Sprintf("%s/returns?kind=Return&direction=FromFed&from=%s&to=%s&least_days=%d", Path, from, today, step.least)
		if step.most > 0 {
			href += fmt.Sprintf("&most_days=%d", step.most)
		}
		p.Bars = append(p.Bars, shape{X: 90, Y: y, W: max(2, counts[i]*(plotWidth-160)/most), H: 20, Class: "bar", Says: says, Href: href + "#returns"})
		p.Says = append(p.Says, textLink{says, href + "#returns"})
	}
	return p, nil
}

// returnsDrawn is about how many returns are looked at.
const returnsDrawn = 2000

// newestReturns are the returns of the last sixty days or, where those are very
// many, of the last whole days with that many, and the first of the days: a bar
// counts whole days, as the list that it leads to has them.
func (s *surface) newestReturns(ctx context.Context, today calendar.Date) (rows []projections.Answer, from calendar.Date, err error) {
	from = today.Add(-60)
	f := projections.AnswerFilter{Kind: domain.Return, Direction: domain.FromFed, FromDay: from.String(), ToDay: today.String(), Limit: returnsDrawn}
	rows, next, err := s.Views.Answers(ctx, f)
	if err != nil || next == "" {
		return rows, from, err
	}
	if from = calendar.DateOf(rows[len(rows)-1].MadeAt).Add(1); today.Before(from) { // more than that on one day
		from = today
		f.FromDay, f.Limit = from.String(), 0
		rows, _, err = s.Views.Answers(ctx, f)
		return rows, from, err
	}
	return slices.DeleteFunc(rows, func(a projections.Answer) bool { return calendar.DateOf(a.MadeAt).Before(from) }), from, nil
}

// leaving says how far a return that we send has got. One received from the
// bank is always "here".
func leaving(a projections.Answer) string {
	if a.Direction == domain.FromFed {
		return ""
	}
	return a.Status
}
