package projections

import "math"

var (
	itemsChanged = itemsBy("items_changed",
		"i.changed > ?5 AND i.changed < ?6 AND i.changed >= max(coalesce(f.delivered, 0), coalesce(h.cut, 0))", "i.changed")
	itemsCut = itemsBy("items_in_file",
		"i.in_file = ?5 AND i.position > ?8 AND h.cut > max(i.changed, coalesce(f.delivered, 0))", "i.position")
)

// The next delivery, and the next cut that made items visible, at a log
// position after ?2 and not before ?3.
const (
	nextDelivery = `SELECT position, delivered FROM files@ INDEXED BY files_delivered_of@
		WHERE client = ?1 AND delivered > ?2 AND delivered >= ?3 AND delivered > 0 ORDER BY delivered LIMIT 1`
	nextCut = `SELECT position, cut FROM files@ f INDEXED BY files_cut_of@
		WHERE client = ?1 AND cut > ?2 AND cut >= ?3 AND cut > 0
		AND EXISTS(SELECT 1 FROM items@ i INDEXED BY items_in_file@ WHERE i.in_file = f.position) ORDER BY cut LIMIT 1`
)

// changes lists items in the order of their newest change, merging their own
// events with those of their files. An item is listed with its newest change
// only, so a later delivery replaces the event before it.
func (l *itemList) changes() (goOn bool, err error) {
	from := max(l.f.After, l.at.At)
	for at := l.at.At; ; {
		f, way, err := l.changedFile(at)
		if err != nil {
			return false, err
		}
		if f.at == 0 {
			return l.ownChanges(from, math.MaxInt64)
		}
		if goOn, err := l.ownChanges(from, f.at); err != nil || !goOn {
			return goOn, err
		}
		if goOn, err := l.inFile(way, f); err != nil || !goOn {
			return goOn, err
		}
		from, at = f.at, f.at+1
	}
}

// changedFile returns the next file that was delivered or cut, and the query
// for its items; the zero value if there is none.
func (l *itemList) changedFile(from int64) (next fileAt, way itemQuery, err error) {
	for sql, of := range map[string]itemQuery{nextDelivery: itemsOfFile, nextCut: itemsCut} {
		row, err := l.s.c.Row(sql, l.f.Client, l.f.After, from)
		if err != nil {
			return fileAt{}, "", err
		}
		if row == nil {
			continue
		}
		if at := row[1].(int64); next.at == 0 || at < next.at {
			next, way = fileAt{row[0].(int64), at}, of
		}
	}
	return next, way, nil
}

// ownChanges lists the items whose newest change is an event of their own
// between two positions.
func (l *itemList) ownChanges(from, until int64) (bool, error) {
	next := func(r found) cursor { return cursor{At: r.ChangedAt} }
	return l.walk(itemsChanged, cursor{At: from}, next, func(c cursor) []value { return values(c.At, until) })
}
