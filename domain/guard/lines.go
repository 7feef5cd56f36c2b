package guard

import (
	"maps"
	"slices"

	"github.com/achledger/achledger/domain/calendar"
)

// Line is how much of a limit is used on a day.
type Line struct {
	Client, ODFI string // owner of the limit
	Rule         string
	Limit        Limit
	Day          calendar.Date
	Used         Sum // for banking_days, the greatest use of any run that contains the day
	Run          Run // of these runs, the one that is nearest to the limit
}

// Lines lists how much of each limit is used on each day from a given one on,
// in the order of owners, rules and days. Limits of single entries are left
// out.
func (b *Evaluator) Lines(from calendar.Date) (lines []Line) {
	for _, owners := range []map[string][]*counter{b.clients, b.odfis} {
		for _, owner := range slices.Sorted(maps.Keys(owners)) {
			for _, c := range owners[owner] {
				lines = append(lines, c.lines(from)...)
			}
		}
	}
	return lines
}

func (c *counter) lines(from calendar.Date) (lines []Line) {
	for day := range c.used {
		if !day.Before(from) {
			lines = append(lines, Line{c.owner.Client, c.owner.ODFI, c.name, c.Limit, day, c.most(day), c.nearest(day)})
		}
	}
	slices.SortFunc(lines, func(a, b Line) int { return a.Day.Compare(b.Day) })
	return lines
}
