package guard

import (
	"maps"
	"slices"

	"github.com/achledger/achledger/domain/calendar"
)

// Line says what is used of a limit on a day.
type Line struct {
	Client, ODFI string // whose limit it is
	Rule         string
	Limit        Limit
	Day          calendar.Date
	Used         Sum // of banking_days the most that any run with the day in it has
	Run          Run // of those runs the one that is nearest the limit
}

// Lines says what is used of each limit on each day from one on, in the order
// of owners, rules and days. A limit of single entries has none.
func (b *Book) Lines(from calendar.Date) (lines []Line) {
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
