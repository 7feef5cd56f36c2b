package projections

import "math"

var (
	itemsChanged = itemsBy("items_changed",
		"i.changed > ?5 AND i.changed < ?6 AND i.changed >= max(coalesce(f.delivered, 0), coalesce(h.cut, 0))", "i.changed")
	itemsCut = itemsBy("items_in_file",
		"i.in_file = ?5 AND i.position > ?8 AND h.cut > max(i.changed, coalesce(f.delivered, 0))", "i.position")
)

// changedFiles are the deliveries, and the cuts that made items show, in the
// order of the log.
const changedFiles = `SELECT position, delivered AS at, 0 FROM files@ INDEXED BY files_client@
		WHERE client = ?1 AND delivered > ?2 AND delivered >= ?3
	UNION ALL SELECT position, cut AS at, 1 FROM files@ f INDEXED BY files_client@
		WHERE client = ?1 AND cut > ?2 AND cut >= ?3 AND EXISTS(SELECT 1 FROM items@ i WHERE i.in_file = f.position)
	ORDER BY at`

// changes lists items in the order of their newest change: their own events
// and those of their files, woven together. An item comes with its newest
// change only, so a delivery that follows hides the event before it.
func (l *itemList) changes() (goOn bool, err error) {
	var files []fileAt
	var ways []itemQuery
	err = l.s.query(changedFiles, values(l.f.Client, l.f.After, l.at.At), func(row []value) error {
		way := itemsOfFile
		if row[2].(int64) == 1 {
			way = itemsCut
		}
		files, ways = append(files, fileAt{row[0].(int64), row[1].(int64)}), append(ways, way)
		return nil
	})
	if err != nil {
		return false, err
	}
	from := max(l.f.After, l.at.At)
	for i, f := range files {
		if goOn, err := l.ownChanges(from, f.at); err != nil || !goOn {
			return goOn, err
		}
		if goOn, err := l.inFile(ways[i], f); err != nil || !goOn {
			return goOn, err
		}
		from = f.at
	}
	return l.ownChanges(from, math.MaxInt64)
}

// ownChanges lists the items whose newest change is an event of their own
// between two positions.
func (l *itemList) ownChanges(from, until int64) (bool, error) {
	next := func(r found) cursor { return cursor{At: r.ChangedAt} }
	return l.walk(itemsChanged, cursor{At: from}, next, func(c cursor) []value { return values(c.At, until) })
}
