package projections

import "github.com/achledger/achledger/domain"

var (
	itemsByDay      = itemsBy("items_day", "(i.day, i.position) > (?5, ?6) AND i.day <= ?7", "i.day, i.position")
	itemsByOtherDay = itemsBy("items_other_day", "(i.other_day, i.position) > (?5, ?6) AND i.other_day <= ?7", "i.other_day, i.position")
	unfiledItems    = itemsBy("items_unfiled_day",
		"i.status = ?8 AND (i.unfiled_day, i.position) > (?5, ?6) AND i.unfiled_day <= ?7", "i.unfiled_day, i.position")
)

// made lists items by the day they were made.
func (l *itemList) made() (bool, error) {
	if l.others() {
		return l.byDay(itemsByOtherDay)
	}
	return l.byDay(itemsByDay)
}

// inHand lists what came from the bank.
func (l *itemList) inHand() (bool, error) {
	if l.f.Direction == domain.ToFed {
		return true, nil
	}
	return l.byDay(itemsByOtherDay)
}

// unfiled lists what waits, or never leaves, by the day it came to that.
func (l *itemList) unfiled() (bool, error) {
	return l.byDay(unfiledItems, l.f.Status)
}

func (l *itemList) byDay(q itemQuery, more ...value) (bool, error) {
	key := l.at
	key.At = max(key.At, l.from)
	next := func(r found) cursor {
		day := dayOf(micros(r.MadeAt))
		if q == unfiledItems {
			day = dayOf(micros(lastAt(r.History)))
		}
		return cursor{At: day, Row: r.row}
	}
	return l.walk(q, key, next, func(c cursor) []value { return append(values(c.At, c.Row, l.to), more...) })
}
