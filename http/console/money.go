package console

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

// daysBefore and daysAfter are how many settlement days the plot shows around
// the chosen one.
const daysBefore, daysAfter = 6, 3

type moneyPage struct {
	Owed               string
	Day, Before, After string
	Facts              []fact
	Plot               *plot
	Table              table
	Batches            table
	Came               table // the page's own list
}

func (d moneyPage) lists() []table { return []table{d.Table, d.Batches} }

// money serves what settles on a day, by bank and direction, to be reconciled
// with the reserve account.
func (s *surface) money(c echo.Context, who api.Caller) error {
	ctx := c.Request().Context()
	p := s.newPage(c, who, "Money", "Money")
	day, err := api.QueryDay(c, "day", calendar.DateOf(p.Now))
	if err != nil {
		return err
	}
	p.Subject = "of-" + day.String()
	came := func(ctx context.Context, limit int, cursor string) (table, string, error) {
		return s.settledFiles(ctx, p, projections.SettledFileFilter{Day: day.String(), Limit: limit, Cursor: cursor})
	}
	if isCSV(c) {
		return s.wholeCSV(c, came)
	}
	rows, err := s.Views.Settlements(ctx, day.String())
	if err != nil {
		return err
	}
	t := settlementTable(p, day, rows)
	data := moneyPage{Day: day.String(), Before: day.Add(-1).String(), After: day.Add(1).String(), Table: t}
	var in, out, returned int64
	for _, r := range rows {
		net := r.NetCents()
		if net >= 0 {
			in += net
		} else {
			out -= net
		}
		returned += r.ReturnedDebits.Cents + r.ReturnedCredits.Cents
	}
	data.Facts = []fact{
		{"Into the reserve account", money(in)}, {"Out of it", money(out)}, {"Net", money(in - out)}, {"Of these, returns", money(returned)},
	}
	data.Owed = owed(day, calendar.DateOf(p.Now), in-out, rows)
	if data.Batches, err = s.settledBatches(ctx, p, day); err != nil {
		return err
	}
	if data.Came, err = p.part(c, came); err != nil {
		return err
	}
	if data.Plot, err = s.settlementPlot(ctx, day); err != nil {
		return err
	}
	return s.serve(c, p, "money", data)
}

// owed says who owes whom how much on a settlement day, until the day is over by
// what is known so far.
func owed(day, today calendar.Date, net int64, rows []projections.Settlement) string {
	name, bank, owes, owe, nets, soFar := dayText(day.String()), "the bank", "owes", "owe", "net", "so far "
	if slices.ContainsFunc(rows, func(r projections.Settlement) bool { return r.ODFI != rows[0].ODFI }) {
		bank, owes = "the banks together", "owe"
	}
	if day.Before(today) {
		owes, owe, nets, soFar = "owed", "owed", "netted", ""
	}
	switch {
	case len(rows) == 0:
		return "Nothing settles on " + name + "."
	case net > 0:
		return capital(fmt.Sprintf("%s%s %s us %s on %s.", soFar, bank, owes, dollars(net), name))
	case net < 0:
		return capital(fmt.Sprintf("%swe %s %s %s on %s.", soFar, owe, bank, dollars(-net), name))
	default:
		return capital(fmt.Sprintf("%sdebits and credits %s to zero on %s.", soFar, nets, name))
	}
}

func settlementTable(p *page, day calendar.Date, rows []projections.Settlement) table {
	t := table{Name: "settlement", Caption: "Settlement on " + dayText(day.String()), Columns: columns("Bank", "Direction", "Debits#", "Credits#", "Returned debits#", "Returned credits#", "Unmatched#", "Acknowledged#", "Net#"),
		Empty: "Nothing settles on this day.", Note: "Net is what moves into the reserve account; below zero, out of it. What is unmatched is part of the other sums.", page: p}
	for _, r := range rows {
		t.add(linked(r.ODFI, Path+"/banks/"+r.ODFI), say(word(r.Direction)), sum(r.Debits), sum(r.Credits), sum(r.ReturnedDebits), sum(r.ReturnedCredits), sum(r.Waiting), acknowledged(r), money(r.NetCents()))
	}
	return t
}

func sum(s projections.Sum) cell { return money(s.Cents).sub(plural(s.Entries, "entry", "entries")) }

// settledFiles lists the files from the bank whose entries settle on a day. Each
// leads to the entries that it counts.
func (s *surface) settledFiles(ctx context.Context, p *page, f projections.SettledFileFilter) (table, string, error) {
	t := table{Name: "came", Caption: "Received from the bank, by file", Columns: columns("File", "Bank", "Debits#", "Credits#", "Returned debits#", "Returned credits#", "Received@"), Empty: "No entry from the bank settles on this day.", page: p}
	files, next, err := s.Views.SettledFiles(ctx, f)
	for _, one := range files {
		part := url.Values{"settles": {f.Day}, "bank": {one.ODFI}}
		t.add(linked(one.Name, Path+"/inbound/"+one.ID+"?"+part.Encode()+"#entries").sub(word(one.Source)), linked(one.ODFI, Path+"/banks/"+one.ODFI),
			sum(one.Debits), sum(one.Credits), sum(one.ReturnedDebits), sum(one.ReturnedCredits), at(one.ReceivedAt))
	}
	return t, next, err
}

// batchesShown is the most batches listed for a day.
const batchesShown = 200

// settledBatches lists the batches of our files that settle on a day.
func (s *surface) settledBatches(ctx context.Context, p *page, day calendar.Date) (table, error) {
	t := table{Name: "batches", Caption: "Sent to the bank, by batch", Columns: columns("File", "State", "Batch#", "Debits#", "Credits#"), Empty: "Nothing that we sent settles on this day.", Most: batchesShown, page: p}
	list, err := s.Views.SettledBatches(ctx, day.String())
	for _, b := range list {
		what := ""
		if b.Answers {
			what = "answers"
		}
		t.add(linked(cmp.Or(b.FileName, b.FileID), Path+"/files/"+b.FileID).sub(what), badge(word(b.State), toneOf(string(b.State))), count(int(b.Batch)), sum(b.Debits), sum(b.Credits))
	}
	return t, err
}

// acknowledged says how much of what we sent the bank has acknowledged.
func acknowledged(r projections.Settlement) cell {
	if r.Direction == domain.FromFed {
		return cell{}
	}
	return sum(r.Acknowledged)
}

// settlementPlot draws the settlement days around one: what we sent, what we
// received, and returns in both directions.
func (s *surface) settlementPlot(ctx context.Context, day calendar.Date) (*plot, error) {
	p := &plot{Title: "Settlement by day", Width: plotWidth, Empty: "Nothing settles on these days.", Legend: []legend{{"bar", "sent, and acknowledged"}, {"usual", "sent, not acknowledged"}, {"ok", "came from the bank"}, {"hurt", "returns in either direction"}}}
	var days []daySettlement
	most := int64(0)
	for n := -daysBefore; n <= daysAfter; n++ {
		d, err := s.daySettlement(ctx, day.Add(n))
		if err != nil {
			return nil, err
		}
		most = max(most, d.sent, d.came, d.again)
		days = append(days, d)
	}
	if most == 0 {
		return p, nil
	}
	room := plotWidth - settlementLeft - max(110, 6+labelWidth(dollars(most)))
	width := func(cents int64) int { return max(2, int(float64(cents)/float64(most)*float64(room))) }
	p.Height = 4
	for _, d := range days {
		p.settlement(d, d.day == day, width)
	}
	return p, nil
}

// daySettlement is what settles on a day at all banks, in cents.
type daySettlement struct {
	day               calendar.Date
	sent, came, again int64 // again: returns in either direction
	ack               int64 // of sent
}

func (s *surface) daySettlement(ctx context.Context, day calendar.Date) (daySettlement, error) {
	d := daySettlement{day: day}
	rows, err := s.Views.Settlements(ctx, day.String())
	for _, r := range rows {
		amount := r.Debits.Cents + r.Credits.Cents
		if r.Direction == domain.ToFed {
			d.sent, d.ack = d.sent+amount, d.ack+r.Acknowledged.Cents
		} else {
			d.came += amount
		}
		d.again += r.ReturnedDebits.Cents + r.ReturnedCredits.Cents
	}
	return d, err
}

// Dimensions of the plot of settlement days, in SVG units.
const settlementLeft, settlementRow, settlementGap = 92, 16, 12

// settlement adds a day below those that the plot has. width is that of a bar.
func (p *plot) settlement(d daySettlement, chosen bool, width func(cents int64) int) {
	y, class := p.Height, ""
	if chosen {
		class = "value"
	}
	name := d.day.At(12, 0).Format("Mon 2 Jan")
	p.Labels = append(p.Labels, label{X: 0, Y: y + 11, Anchor: "start", Text: name, Class: class})
	href := Path + "/money?day=" + d.day.String()
	says := fmt.Sprintf("%s: %s sent, %s of it acknowledged, %s came, %s in returns", name, dollars(d.sent), dollars(d.ack), dollars(d.came), dollars(d.again))
	for _, one := range []struct {
		class      string
		cents, ack int64
		list       string // on the day's page
	}{{"usual", d.sent, d.ack, "#batches"}, {"ok", d.came, 0, "#came"}, {"hurt", d.again, 0, ""}} {
		if one.cents == 0 {
			continue
		}
		drawn := shape{X: settlementLeft, Y: y, W: width(one.cents), H: 13, Class: one.class, Says: says, Href: href + one.list}
		p.Bars = append(p.Bars, drawn)
		p.Labels = append(p.Labels, label{X: settlementLeft + drawn.W + 6, Y: y + 11, Anchor: "start", Text: dollars(one.cents)})
		if one.ack > 0 {
			drawn.W, drawn.Class = width(min(one.ack, one.cents)), "bar"
			p.Bars = append(p.Bars, drawn)
		}
		y += settlementRow
	}
	y = max(y, p.Height+settlementRow) + settlementGap
	p.Lines = append(p.Lines, line{0, y - settlementGap/2 - 1, plotWidth, y - settlementGap/2 - 1, "axis"})
	p.Says = append(p.Says, textLink{says, href})
	p.Height = y
}
