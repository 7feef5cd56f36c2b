package projections

import "github.com/achledger/achledger/domain"

// dayIndex walks an index by day, one day after another. Within a day the index
// is in log order, so any place in it is found by a seek.
type dayIndex struct {
	items itemQuery // items of a day, after a position
	next  string    // the next day of the index, from a day on
}

func daysBy(column, where string) dayIndex {
	index := "items_" + column
	return dayIndex{
		items: itemsBy(index, where+"i."+column+" = ?5 AND i.position > ?6", "i.position"),
		next:  "SELECT min(" + column + ") FROM items@ i INDEXED BY " + index + "@ WHERE i.client = ?1 AND " + where + column + " >= ?2",
	}
}

var (
	madeDays    = daysBy("day", "")
	otherDays   = daysBy("other_day", "")
	unfiledDays = map[string]dayIndex{
		Pending:  daysBy("unfiled_day", "i.status = 'Pending' AND "),
		Recalled: daysBy("unfiled_day", "i.status = 'Recalled' AND "),
		Rejected: daysBy("unfiled_day", "i.status = 'Rejected' AND "),
	}
)

// made lists items by the day they were made.
func (l *itemList) made() (bool, error) {
	if l.others() {
		return l.byDay(otherDays)
	}
	return l.byDay(madeDays)
}

// inHand lists items from the bank. The index also has answers of ours, which
// are listed with their files.
func (l *itemList) inHand() (bool, error) {
	asked := l.f.Direction
	if asked == domain.ToFed {
		return true, nil
	}
	l.f.Direction = domain.FromFed
	defer func() { l.f.Direction = asked }()
	return l.byDay(otherDays)
}

// unfiled lists items that wait or never leave, by the day on which they
// entered that status; not those that queued lists.
func (l *itemList) unfiled() (bool, error) {
	return l.byDay(unfiledDays[l.f.Status])
}

func (l *itemList) byDay(way dayIndex) (goOn bool, err error) {
	for key := l.at; ; key = (cursor{At: key.At + 1}) {
		key.At = max(key.At, l.from)
		row, err := l.s.c.Row(way.next, l.f.Client, key.At)
		if err != nil {
			return false, err
		}
		day, ok := row[0].(int64)
		if !ok || day > l.to {
			return true, nil
		}
		if day > key.At {
			key = cursor{At: day}
		}
		next := func(r found) cursor { return cursor{At: day, Row: r.row} }
		goOn, err = l.walk(way.items, key, next, func(c cursor) []value { return values(c.At, c.Row) })
		if err != nil || !goOn {
			return goOn, err
		}
	}
}

// others reports whether the filter excludes our originations. Then the index
// other_day is used.
func (l *itemList) others() bool {
	return l.f.Direction == domain.FromFed || l.f.Kind != "" && l.f.Kind != domain.Origination
}
