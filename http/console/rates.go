package console

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/http/api"
)

// rowsOfRates is the most rows shown of what a rate is computed from.
const rowsOfRates = 500

// ratesAtOnce is the number of clients per page of rates.
const ratesAtOnce = 20

func ratesPath(client, company string) string {
	return Path + "/rates/" + url.PathEscape(client) + "/" + url.PathEscape(company)
}

// rates serves the return rates of all companies, by client.
func (s *surface) rates(c echo.Context, who api.Caller) error {
	p := s.newPage(c, who, "Return rates", "Rates")
	return s.list(c, p, "How many of a company's debits came back in the sixty days that end today, compared with the limits of the network: 0.5% unauthorized, 3% administrative and 15% overall. Your own limits may be lower.", nil,
		func(ctx context.Context, limit int, cursor string) (table, string, error) {
			t := table{Name: "rates", Caption: "Return rates by company", Columns: columns("Company", "Client", "Unauthorized#", "Administrative#", "Overall#", "State", "Crosses its limit"), page: p,
				Empty: "No company has sent a debit in these days."}
			clients, next, err := s.Views.Clients(ctx, min(limit, ratesAtOnce), cursor)
			if err != nil {
				return t, "", err
			}
			for _, client := range clients {
				list, err := s.Rates(ctx, client.ID)
				if err != nil {
					return t, "", err
				}
				for len(list) >= len(guard.RateClasses) {
					rateRow(p, &t, list[:len(guard.RateClasses)])
					list = list[len(guard.RateClasses):]
				}
			}
			return t, next, nil
		})
}

// rateRow adds a company's rates, one column per class of return.
func rateRow(p *page, t *table, of []api.RateRecord) {
	first := of[0]
	cells := []cell{linked(first.Company, ratesPath(first.Client, first.Company)), p.client(first.Client)}
	state, crosses := badge("low", good), cell{}
	for _, r := range of {
		b := r.SixtyDays.MethodB
		share := say(rateText(b.Percent))
		if r.Level != guard.Low {
			share = badge(rateText(b.Percent), levelTone(r.Level))
		}
		share.Href = ratesPath(r.Client, r.Company) + "?class=" + string(r.Class)
		cells = append(cells, share.sub(fmt.Sprintf("%s of %s, limit %s", number(b.Returned), number(b.Originated), rateText(r.Act))))
		switch {
		case r.Stopped:
			state = badge("entries are held", bad)
		case r.Level == guard.ActedAt:
			state = badge("above the limit", bad)
		case r.Level == guard.WarnedAt && state.Tone != bad:
			state = badge("near the limit", warn)
		case b.Percent > r.Act && state.Tone == good:
			state = badge("too few to act on", plain)
		}
		if r.CrossesOn != "" && (crosses.Text == "" || r.CrossesOn < crosses.Text) {
			crosses = cell{Text: r.CrossesOn, Sub: string(r.Class)}
		}
	}
	if crosses.Text != "" {
		crosses.Text = dayText(crosses.Text)
	}
	t.add(append(cells, state, crosses)...)
}

func levelTone(l guard.Level) tone {
	switch l {
	case guard.ActedAt:
		return bad
	case guard.WarnedAt:
		return warn
	default:
		return good
	}
}

// rateText formats a rate in percent: 0.5%.
func rateText(of float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", of), "0"), ".") + "%"
}

type ratesPage struct {
	Title, State string
	Tone         tone
	Plots        []*plot
	Facts        []fact
	Tables       []table
	Actions      []form
}

func (d ratesPage) lists() []table { return d.Tables }

// companyRates serves a company's three rates, and the entries that one of
// them was computed from on a day.
func (s *surface) companyRates(c echo.Context, who api.Caller) error {
	ctx, client, company := c.Request().Context(), c.Param("client"), c.Param("company")
	q := &api.QueryReader{Values: c.QueryParams()}
	class := cmp.Or(api.Pick(q, "class", guard.RateClasses), guard.Unauthorized)
	if err := q.Refusal(); err != nil {
		return err
	}
	list, err := s.Rates(ctx, client)
	if err != nil {
		return err
	}
	p := s.newPage(c, who, company, "Rates")
	p.Subject = company
	day, err := api.QueryDay(c, "day", calendar.DateOf(p.Now))
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(r api.RateRecord) bool { return r.Company != company })
	if len(list) == 0 {
		return domain.Refuse(domain.NotFound, "company %.20q of client %.32q has sent no debit in these days", company, client)
	}
	data := ratesPage{Title: "Company " + company, State: "low", Tone: good}
	for _, r := range list {
		data.rate(r)
		data.Plots = append(data.Plots, ratePlot(r, calendar.DateOf(p.Now), ratesPath(client, company)))
		data.Facts = append(data.Facts, rateFacts(r)...)
	}
	if slices.ContainsFunc(list, func(r api.RateRecord) bool { return r.Stopped }) {
		data.State, data.Tone = "its entries are held", bad
		data.Actions = allowed([]form{formOf(p, "lift", company, "Lift the stop").with("client", client)})
	}
	entries, err := s.RateEntries(ctx, client, company, class, day)
	if err != nil {
		return err
	}
	names, err := s.fileNames(ctx, entries)
	if err != nil {
		return err
	}
	back, sent := rateTables(p, client, class, day, entries, names)
	data.Tables = []table{back, sent}
	return s.serve(c, p, "rates", data)
}

// rate makes the state of the page that of a rate, if that is worse.
func (d *ratesPage) rate(r api.RateRecord) {
	if t := levelTone(r.Level); r.Level != guard.Low && t.rank() > d.Tone.rank() {
		d.State, d.Tone = map[guard.Level]string{guard.WarnedAt: "near a limit", guard.ActedAt: "above a limit"}[r.Level], t
	}
	if r.Level == guard.Low && r.SixtyDays.MethodB.Percent > r.Act && d.Tone == good {
		d.State, d.Tone = "too few to act on", plain
	}
}

func rateFacts(r api.RateRecord) []fact {
	of := func(m api.RateMethod) string {
		return fmt.Sprintf("%s (%s of %s)", rateText(m.Percent), number(m.Returned), number(m.Originated))
	}
	return []fact{
		{capital(string(r.Class)) + ", sixty days", say(of(r.SixtyDays.MethodB)).sub("of the debits sent in these days: " + of(r.SixtyDays.MethodA))},
		{"Two calendar months", say(of(r.TwoMonths.MethodB)).sub("of the debits sent in them: " + of(r.TwoMonths.MethodA))},
		{"Limit", say(rateText(r.Act)).sub("warning above " + rateText(r.Warn) + "; " + actedOn(string(r.Action)))},
		{"Crosses its limit", say(whenAbove(r))},
	}
}

// actedOn says what happens above the second level.
func actedOn(action string) string {
	switch action {
	case "hold_debits":
		return "above the limit, its debits are held"
	case "suspend":
		return "above the limit, all its entries are held"
	default:
		return "above the limit, operations are warned"
	}
}

// whenAbove says when a rate will exceed its limit.
func whenAbove(r api.RateRecord) string {
	switch {
	case r.SixtyDays.MethodB.Percent > r.Act:
		return "Above it now"
	case r.CrossesOn != "":
		return dayText(r.CrossesOn) + ", if the trend continues"
	default:
		return "Not within sixty days"
	}
}

// fileNames maps the ids of the files that carried the rate's debits to their
// names.
func (s *surface) fileNames(ctx context.Context, e api.RateEntries) (map[string]string, error) {
	names := map[string]string{}
	for _, r := range e.Returned {
		names[r.FileID] = ""
	}
	for _, b := range e.Originated {
		names[b.FileID] = ""
	}
	for id := range names {
		f, _, err := s.Views.FindFile(ctx, id)
		if err != nil {
			return nil, err
		}
		names[id] = f.Name
	}
	return names, nil
}

// rateTables lists what a rate is computed from: the returned debits, and the
// batches that carried the debits sent.
func rateTables(p *page, client string, class guard.RateClass, day calendar.Date, e api.RateEntries, names map[string]string) (back, sent table) {
	file := func(id string) cell { return linked(cmp.Or(names[id], id), Path+"/files/"+id) }
	entry := func(id string) cell {
		c := code(id)
		c.Href = transactionPath(client, id)
		return c
	}
	days := guard.SixtyDays(day)
	of := fmt.Sprintf("from %s to %s", dayText(days.From.String()), dayText(days.To.String()))
	back = table{Name: "rate-returned", Caption: capital(string(class)) + " returns " + of, Columns: columns("Came back@", "Code", "Amount#", "Entry", "File"), Empty: "None came back.", Most: rowsOfRates, page: p}
	for _, r := range e.Returned {
		back.add(say(dayText(r.ReturnedOn)), say(codeText(r.Code)), money(r.AmountCents), entry(r.TransactionID), file(r.FileID))
	}
	sent = table{Name: "rate-sent", Caption: "Debits that left " + of, Columns: columns("Effective", "File", "Batch#", "Debits#"), Empty: "None left.", Most: rowsOfRates, page: p}
	for _, b := range e.Originated {
		sent.add(say(dayText(b.EffectiveOn)), file(b.FileID), count(int(b.Batch)), count(int(b.Debits)))
	}
	return back, sent
}
