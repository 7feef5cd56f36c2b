package console

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/http/api"
	"github.com/achledger/achledger/projections"
)

type exposurePage struct {
	Filter []filter
	Plot   *plot
	Table  table
}

func (d exposurePage) lists() []table { return []table{d.Table} }

// used is how much of a limit is used on one day.
type used struct {
	guard.Line
	share float64 // of the limit; the larger of the shares by amount and by count
	held  guard.Sum
}

// exposure serves the limits by how much of each is used, most used first.
func (s *surface) exposure(c echo.Context, who api.Caller) error {
	ctx, q := c.Request().Context(), &api.QueryReader{Values: c.QueryParams()}
	client := q.Text("client")
	if err := ofPages(q); err != nil {
		return err
	}
	ofClient, err := s.clientFilter(ctx, client)
	if err != nil {
		return err
	}
	p := s.newPage(c, who, "Exposure", "Exposure")
	lines, err := s.uses(ctx, p, ofClient.Value)
	if err != nil {
		return err
	}
	return s.serve(c, p, "exposure", exposurePage{[]filter{ofClient}, exposurePlot(p, lines), exposureTable(p, lines)})
}

// uses lists the use of all limits, or of one client's, from today on, most
// used first.
func (s *surface) uses(ctx context.Context, p *page, client string) (list []used, err error) {
	if s.Guard == nil {
		return nil, nil
	}
	lines, err := s.Guard.Exposure(ctx, guard.BankingDay(p.Now))
	if err != nil {
		return nil, err
	}
	sums, err := s.Views.HeldByRules(ctx, client)
	if err != nil {
		return nil, err
	}
	held := projections.HeldOf(sums)
	for _, l := range lines {
		if client != "" && l.Client != client {
			continue
		}
		u := used{Line: l, held: held[[2]string{l.Client, l.Rule}]}
		u.share = l.Limit.Share(l.Run.Sum)
		list = append(list, u)
	}
	slices.SortStableFunc(list, func(a, b used) int { return cmp.Compare(b.share, a.share) })
	return list, nil
}

// owner says whose limit it is.
func (u used) owner(p *page) cell {
	if u.Client != "" {
		return p.client(u.Client)
	}
	return linked("bank "+u.ODFI, Path+"/banks/"+u.ODFI)
}

// entries links to exactly the entries that count toward the limit on its day.
func (u used) entries() string {
	by, from := bySettlement, u.Run.From
	if u.Limit.Per == guard.PerBankingDay {
		by, from = byMade, calendar.PreviousBankingDay(u.Day).Add(1) // what is made on a closed day counts on the next banking day
	}
	query := url.Values{"money": {u.Limit.Direction}, "by": {by}, "from": {from.String()}, "to": {u.Run.To.String()}}
	for name, value := range map[string]string{"client": u.Client, "bank": u.ODFI, "company": u.Limit.Company} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return Path + "/exposure/entries?" + query.Encode()
}

// runText names the days that are counted together; empty for one day.
func (u used) runText() string {
	if u.Run.From == u.Run.To {
		return ""
	}
	return dayText(u.Run.From.String()) + " to " + dayText(u.Run.To.String())
}

// shareTone returns the tone for a share of a limit.
func shareTone(share float64) tone {
	switch {
	case share >= 1:
		return bad
	case share >= .8:
		return warn
	default:
		return plain
	}
}

func exposureTable(p *page, list []used) table {
	t := table{Name: "exposure", Caption: "Limits in use, most used first", Columns: columns("Whose", "Limit", "Day@", "Used#", "Of#", "Share#", "Held by it#"), page: p,
		Empty: "No limit is used on any day from today on. Limits are set in the settings of a client or of a bank.",
		Note:  "Held entries do not count until somebody approves them. A limit on single entries is checked entry by entry and is not listed here."}
	for _, u := range list {
		most := money(u.Limit.Cents)
		if u.Limit.Cents == 0 {
			most = say("any amount")
		}
		if u.Limit.Count > 0 {
			most = most.sub(plural(int(u.Limit.Count), "entry", "entries"))
		}
		amount := money(u.Run.Cents).sub(plural(int(u.Run.Count), "entry", "entries"))
		amount.Href = u.entries()
		held := cell{}
		if u.held.Count > 0 {
			held = money(u.held.Cents).sub(plural(int(u.held.Count), "entry", "entries"))
			query := url.Values{"rule": {u.Rule}}
			if u.Client != "" {
				query.Set("client", u.Client)
			}
			held.Href = Path + "/queues/held?" + query.Encode()
		}
		t.add(u.owner(p), say(capital(u.Limit.String())).sub(aboveIt(u.Limit.Action)), say(dayText(u.Day.String())).sub(u.runText()), amount, most, badge(percent(u.share), shareTone(u.share)), held)
	}
	return t
}

// exposurePlot draws the most used limits, each as a bar within its limit.
func exposurePlot(p *page, list []used) *plot {
	const most, high, wide = 12, 62, plotWidth
	list = list[:min(len(list), most)]
	d := &plot{Title: "Use of limits", Width: plotWidth, Height: len(list)*high + 6, Empty: "No limit is used.",
		Legend: []legend{{"bar", "used"}, {"care", "used, 80% or more"}, {"hurt", "limit reached"}, {"usual", "still available"}}}
	for i, u := range list {
		y, href := i*high+6, u.entries()
		says := fmt.Sprintf("%s, %s, %s: %s, %s of %s, %s", u.owner(p).Text, u.Limit, cmp.Or(u.runText(), u.Day.At(12, 0).Format("Mon 2 Jan")), plural(int(u.Run.Count), "entry", "entries"), dollars(u.Run.Cents), limitText(u.Limit), percent(u.share))
		class := map[tone]string{plain: "bar", warn: "care", bad: "hurt"}[shareTone(u.share)]
		d.Labels = append(d.Labels, label{X: 0, Y: y + 11, Anchor: "start", Text: shortened(u.owner(p).Text, 32) + ", " + u.Day.At(12, 0).Format("Mon 2 Jan"), Class: "value"},
			label{X: plotWidth, Y: y + 11, Anchor: "end", Text: percent(u.share), Class: "value"}, label{X: 0, Y: y + 27, Anchor: "start", Text: capital(u.Limit.String())})
		d.Bars = append(d.Bars, shape{X: 0, Y: y + 33, W: wide, H: 14, Class: "usual", Says: says, Href: href},
			shape{X: 0, Y: y + 33, W: max(2, int(min(u.share, 1)*wide)), H: 14, Class: class, Says: says, Href: href})
		d.Says = append(d.Says, textLink{says, href})
	}
	return d
}

func limitText(l guard.Limit) string {
	switch {
	case l.Cents == 0:
		return plural(int(l.Count), "entry", "entries")
	case l.Count == 0:
		return dollars(l.Cents)
	default:
		return dollars(l.Cents) + " and " + plural(int(l.Count), "entry", "entries")
	}
}

// aboveIt says what happens to entries above a limit.
func aboveIt(a guard.Action) string {
	switch a {
	case guard.Hold:
		return "entries above it are held"
	case guard.Reject:
		return "entries above it are rejected"
	default:
		return "entries above it are reported"
	}
}

func capital(s string) string {
	if word, _, _ := strings.Cut(s, " "); s == "" || strings.Contains(word, "@") { // an e-mail address
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
