package projections

import (
	"cmp"
	"math"
	"slices"
)

var (
	itemsChanged = itemsBy("items_changed",
		notQueued+" AND i.changed > ?5 AND i.changed < ?6 AND i.changed >= max(coalesce(f.delivered, 0), coalesce(h.cut, 0))", "i.changed")
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
// between two positions. The index of changes does not have those that wait
// since they were made.
func (l *itemList) ownChanges(from, until int64) (bool, error) {
	for from+1 < until {
		rows, upTo, err := l.queuedBetween(from, until)
		if err != nil {
			return false, err
		}
		limit := l.page.room()
		changed, err := l.s.items(itemsChanged, values(l.f.Client, string(l.f.Kind), string(l.f.Direction), limit, from, upTo)...)
		if err != nil {
			return false, err
		}
		if limit > 0 && int64(len(changed)) == limit {
			upTo = changed[limit-1].ChangedAt + 1
		}
		rows = append(rows, changed...)
		slices.SortFunc(rows, func(a, b found) int { return cmp.Compare(a.ChangedAt, b.ChangedAt) })
		for _, r := range rows {
			if r.ChangedAt < upTo && !l.add(r, cursor{At: r.ChangedAt}) {
				return false, nil
			}
		}
		from = upTo - 1
	}
	return true, nil
}
