package projections

import (
	"cmp"
	"slices"
)

const (
	// queueParts are the parts of a client's queue, each of which is in log order.
	queueParts = `SELECT odfi, answers, due FROM queue@ WHERE client = ?1`
	// positionsQueued are those of a part between two positions.
	positionsQueued = `SELECT position FROM pending@ INDEXED BY pending_due@
		WHERE client = ?1 AND odfi = ?2 AND answers = ?3 AND due = ?4 AND position > ?5 AND position < ?6 ORDER BY position LIMIT ?7`

	// itemsQueued are those of a part between two positions that wait since they
	// were made: nothing has happened to them.
	itemsQueued itemQuery = itemColumns + `pending@ p INDEXED BY pending_due@ CROSS JOIN items@ i ON i.position = p.position` + itemJoins + `
		p.client = ?1 AND p.odfi = ?5 AND p.answers = ?6 AND p.due = ?7 AND p.position > ?8 AND p.position < ?9 AND i.unfiled_day IS NULL
		ORDER BY p.position LIMIT ?4`
)

// notQueued are the items that itemsQueued does not have. Most items of a large
// ledger enter the queue and leave it in a file; the indexes of days and of
// changes do not have them meanwhile.
const notQueued = `(status = 'Released' OR unfiled_day IS NOT NULL)`

// queuedAtOnce is how many items of the queue are read at once for a list without
// a limit, and for one that selects few of them.
const queuedAtOnce = 1000

// queued lists the items that wait for a file since they were made, in log
// order. Days select a stretch of the log.
func (l *itemList) queued() (bool, error) {
	row, err := l.s.c.Row(stretchOfDays, l.from, l.to)
	if err != nil || row[0] == nil {
		return err == nil, err
	}
	from, until := max(row[0].(int64)-1, l.at.Row), row[1].(int64)+1
	for from+1 < until {
		rows, upTo, err := l.queuedBetween(from, until)
		if err != nil {
			return false, err
		}
		for _, r := range rows {
			if !l.add(r, cursor{Row: r.row}) {
				return false, nil
			}
		}
		from = upTo - 1
	}
	return true, nil
}

// queuedBetween merges the parts of the queue between two positions. It returns
// a page of items, and the position before which there are no others.
func (l *itemList) queuedBetween(from, until int64) (rows []found, upTo int64, err error) {
	limit := l.page.room()
	if limit < 0 || l.others() {
		limit = queuedAtOnce
	}
	parts, err := collect(l.s, queueParts, values(l.f.Client), func(row []value, part *[]value) { *part = slices.Clone(row) })
	if err != nil {
		return nil, 0, err
	}
	var positions []int64
	for _, part := range parts {
		some, err := column[int64](l.s, positionsQueued, slices.Concat(values(l.f.Client), part, values(from, until, limit+1))...)
		if err != nil {
			return nil, 0, err
		}
		positions = append(positions, some...)
	}
	slices.Sort(positions)
	if upTo = until; int64(len(positions)) > limit {
		upTo = positions[limit]
	}
	for _, part := range parts {
		some, err := l.s.items(itemsQueued, slices.Concat(values(l.f.Client, string(l.f.Kind), string(l.f.Direction), int64(-1)), part, values(from, upTo))...)
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, some...)
	}
	slices.SortFunc(rows, func(a, b found) int { return cmp.Compare(a.row, b.row) })
	return rows, upTo, nil
}
