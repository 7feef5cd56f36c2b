package guard

import (
	"slices"

	"github.com/achledger/achledger/domain/calendar"
)

// Owned are the rules of one owner: of a client or, where that is empty, of
// an ODFI.
type Owned struct {
	Client string
	ODFI   string // nine digits
	Rules
}

// prefix stands in front of the names of an owner's rules: a client's need
// none, since an entry has one client.
func (o Owned) prefix() string {
	if o.ODFI != "" {
		return "odfi/" + o.ODFI + "/"
	}
	return ""
}

// Book counts what is used of limits. The zero Book has no rules.
type Book struct {
	clients, odfis map[string][]*counter
	stops          map[string][]Stop // of companies, by client
	looking                          // the rules that look at what an entry is
}

// Stop holds a company's entries, because too many of its debits came back.
type Stop struct {
	Client, Company string
	Class           RateClass
	Action          RateAction
	Reason          string
}

// Stop has a company's entries held.
func (b *Book) Stop(s Stop) { b.stops[s.Client] = append(b.stops[s.Client], s) }

// stopped is the verdict over an entry of a company that is stopped.
func (b *Book) stopped(client, company string, debit bool) *Verdict {
	for _, s := range b.stops[client] {
		if s.Company == company && (debit || s.Action == Suspend) {
			return &Verdict{Action: Hold, Reason: "company " + company + ": " + s.Reason,
				HeldBy: HeldBy{Rule: "return_rates/" + string(s.Class), AtDeadline: Keep}}
		}
	}
	return nil
}

// counter is a limit and what is used of it, by day.
type counter struct {
	Limit
	owner Owned
	name  string
	used  map[calendar.Date]Sum
}

// NewBook makes a book in which nothing is counted.
func NewBook(owners []Owned) *Book {
	b := &Book{map[string][]*counter{}, map[string][]*counter{}, map[string][]Stop{}, looking{}}
	for _, o := range owners {
		b.looking.add(o)
		for _, l := range o.Limits {
			c := &counter{Limit: l, owner: o, name: o.prefix() + l.Name(), used: map[calendar.Date]Sum{}}
			if o.ODFI != "" {
				b.odfis[o.ODFI] = append(b.odfis[o.ODFI], c)
			} else {
				b.clients[o.Client] = append(b.clients[o.Client], c)
			}
		}
	}
	return b
}

// Concerns reports whether there are rules for entries of a client at an ODFI.
func (b *Book) Concerns(client, odfi string) bool {
	return len(b.clients[client]) > 0 || len(b.odfis[odfi]) > 0 || len(b.stops[client]) > 0 || len(b.looking.of(client, odfi)) > 0
}

// counters are those of a client and of an ODFI.
func (b *Book) counters(client, odfi string) []*counter {
	of, at := b.clients[client], b.odfis[odfi]
	if len(at) == 0 {
		return of
	}
	return slices.Concat(of, at)
}

// Count adds what is used, or takes it away where the sum is negative.
func (b *Book) Count(u Use) {
	for _, c := range b.counters(u.Client, u.ODFI) {
		c.count(u)
	}
}

func (c *counter) concerns(debit bool, company string) bool {
	return (c.Direction == Debit) == debit && (c.Company == "" || c.Company == company)
}

// day is the day by which the limit counts; zero for one entry alone.
func (c *counter) day(originated, settles calendar.Date) calendar.Date {
	switch c.Per {
	case PerBankingDay:
		return originated
	case PerSettlementDate, PerBankingDays:
		return settles
	default:
		return calendar.Date{}
	}
}

func (c *counter) count(u Use) {
	day := c.day(u.OriginatedOn, u.SettlesOn)
	if day.IsZero() || !c.concerns(u.Debit, u.Company) {
		return
	}
	if sum := c.used[day].Plus(u.Sum); sum == (Sum{}) {
		delete(c.used, day)
	} else {
		c.used[day] = sum
	}
}

// Run is what is used on days in a row.
type Run struct {
	From, To calendar.Date
	Sum
}

// runs are the runs of the limit's days with the day in it; the day alone for a
// limit that counts single days.
func (c *counter) runs(day calendar.Date) []Run {
	if c.Per != PerBankingDays {
		return []Run{{day, day, c.used[day]}}
	}
	days := make([]Run, 2*c.Days-1)
	from := calendar.AddBankingDays(day, 1-c.Days)
	for i := range days {
		days[i] = Run{from, from, c.used[from]}
		from = calendar.NextBankingDay(from)
	}
	runs := make([]Run, c.Days)
	for first := range runs {
		runs[first] = days[first]
		for _, d := range days[first+1 : first+c.Days] {
			runs[first].To, runs[first].Sum = d.To, runs[first].Plus(d.Sum)
		}
	}
	return runs
}

// most is the most that is used in any run of the limit's days with the day
// in it.
func (c *counter) most(day calendar.Date) (most Sum) {
	for _, r := range c.runs(day) {
		most = Sum{max(most.Cents, r.Cents), max(most.Count, r.Count)}
	}
	return most
}

// nearest is the run with the day in it that is nearest the limit.
func (c *counter) nearest(day calendar.Date) (nearest Run) {
	for i, r := range c.runs(day) {
		if i == 0 || c.Share(r.Sum) > c.Share(nearest.Sum) {
			nearest = r
		}
	}
	return nearest
}
