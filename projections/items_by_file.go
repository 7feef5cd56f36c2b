package projections

import "github.com/achledger/achledger/domain"

// afterInFile selects the rest of a file, in the file's order.
const afterInFile = "i.file = ?5 AND (i.batch, i.trace, i.position) > (?6, ?7, ?8)"

var itemsOfFile = itemsBy("items_file", afterInFile, "i.batch, i.trace, i.position")

// The next file of a client, from a position on.
const (
	// deliveredFiles were delivered on the days asked for.
	deliveredFiles = `SELECT position, delivered FROM files@ INDEXED BY files_delivered_of@
		WHERE client = ?1 AND delivered >= ?2 AND delivered > 0 AND delivered_day BETWEEN ?3 AND ?4 ORDER BY delivered LIMIT 1`
	// undeliveredFiles may have got entries on the days asked for: between the
	// day they were opened and the day they were cut.
	undeliveredFiles = `SELECT position, position FROM files@ INDEXED BY files_undelivered@
		WHERE client = ?1 AND position >= ?2 AND delivered = 0 AND opened_day <= ?4 AND (cut_day = 0 OR cut_day >= ?3)
		ORDER BY position LIMIT 1`
)

// transmitted lists the items of delivered files, in the order of delivery.
func (l *itemList) transmitted() (bool, error) {
	return l.inFiles(deliveredFiles)
}

// released lists the items of files that are not delivered yet.
func (l *itemList) released() (bool, error) {
	return l.inFiles(undeliveredFiles)
}

// fileAt is a file with the value that orders it in a list.
type fileAt struct{ file, at int64 }

func (l *itemList) inFiles(sql string) (bool, error) {
	if l.f.Direction == domain.FromFed {
		return true, nil
	}
	for from := l.at.At; ; {
		row, err := l.s.c.Row(sql, l.f.Client, from, l.from, l.to)
		if err != nil || row == nil {
			return err == nil, err
		}
		f := fileAt{row[0].(int64), row[1].(int64)}
		if goOn, err := l.inFile(itemsOfFile, f); err != nil || !goOn {
			return goOn, err
		}
		from = f.at + 1
	}
}

// inFile lists the items of one file, from the cursor on if that points into
// the file.
func (l *itemList) inFile(q itemQuery, f fileAt) (bool, error) {
	key := cursor{At: f.at}
	if l.at.At == f.at {
		key = l.at
	}
	next := func(r found) cursor { return cursor{At: f.at, Batch: r.batch, Trace: r.trace, Row: r.row} }
	return l.walk(q, key, next, func(c cursor) []value { return values(f.file, c.Batch, c.Trace, c.Row) })
}
