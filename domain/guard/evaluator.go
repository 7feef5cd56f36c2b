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

// prefix begins the names of an owner's rules. A client's rules have none,
// since an entry belongs to one client.
func (o Owned) prefix() string {
	if o.ODFI != "" {
		return "odfi/" + o.ODFI + "/"
	}
	return ""
}

// Evaluator counts how much of each limit is used. The zero Evaluator has no rules.
type Evaluator struct {
	clients, odfis map[string][]*counter
	stops          map[string][]Stop // of companies, by client
	looking                          // the rules that examine single entries
}

// Stop holds a company's entries because too many of its debits were returned.
type Stop struct {
	Client, Company string
	Class           RateClass
	Action          RateAction
	Reason          string
}

// Stop makes the evaluator hold a company's entries.
func (b *Evaluator) Stop(s Stop) { b.stops[s.Client] = append(b.stops[s.Client], s) }

// stopped returns the verdict over an entry of a stopped company, or nil.
func (b *Evaluator) stopped(client, company string, debit bool) *Verdict {
	for _, s := range b.stops[client] {
		if s.Company == company && (debit || s.Action == Suspend) {
			return &Verdict{Action: Hold, Reason: "company " + company + ": " + s.Reason,
				HeldBy: HeldBy{Rule: "return_rates/" + string(s.Class), AtDeadline: Keep}}
		}
	}
	return nil
}

// counter is a limit and how much of it is used, by day.
type counter struct {
	Limit
	owner Owned
	name  string
	used  map[calendar.Date]Sum
}

// NewEvaluator makes an evaluator with nothing counted.
func NewEvaluator(owners []Owned) *Evaluator {
	b := &Evaluator{map[string][]*counter{}, map[string][]*counter{}, map[string][]Stop{}, looking{}}
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
func (b *Evaluator) Concerns(client, odfi string) bool {
	return len(b.clients[client]) > 0 || len(b.odfis[odfi]) > 0 || len(b.stops[client]) > 0 || len(b.looking.of(client, odfi)) > 0
}

// counters returns the counters of a client and of an ODFI.
func (b *Evaluator) counters(client, odfi string) []*counter {
	of, at := b.clients[client], b.odfis[odfi]
	if len(at) == 0 {
		return of
	}
	return slices.Concat(of, at)
}

// Count adds a use, or subtracts it if its sum is negative.
func (b *Evaluator) Count(u Use) {
	for _, c := range b.counters(u.Client, u.ODFI) {
		c.count(u)
	}
}

func (c *counter) concerns(debit bool, company string) bool {
	return (c.Direction == Debit) == debit && (c.Company == "" || c.Company == company)
}

// day returns the day for which the limit counts; zero for a limit of single
// entries.
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

// Run is the use on consecutive days.
type Run struct {
	From, To calendar.Date
	Sum
}

// runs returns the runs of the limit's length that contain the day; only the
// day itself for a limit that counts single days.
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

// most returns the greatest use in any of these runs.
func (c *counter) most(day calendar.Date) (most Sum) {
	for _, r := range c.runs(day) {
		most = Sum{max(most.Cents, r.Cents), max(most.Count, r.Count)}
	}
	return most
}

// nearest returns the run that is nearest to the limit.
func (c *counter) nearest(day calendar.Date) (nearest Run) {
	for i, r := range c.runs(day) {
		if i == 0 || c.Share(r.Sum) > c.Share(nearest.Sum) {
			nearest = r
		}
	}
	return nearest
}
