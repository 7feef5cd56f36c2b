package projections

import (
	"math"
	"slices"
)

const (
	// fileAsked is the newest file with an id or a name that the caller may see:
	// files of different banks may have the same name.
	fileAsked = `SELECT max(position) FROM files@ WHERE id = ?1 AND (?2 = '' OR client = ?2)
		UNION ALL SELECT max(position) FROM files@ WHERE name = ?1 AND ?1 <> '' AND (?2 = '' OR client = ?2)`

	// itemsTraced and originsCoded return the positions of the originations of
	// the transactions that items belong to.
	itemsTraced    = `SELECT coalesce(origin, position) FROM items@ INDEXED BY items_trace@ WHERE trace = ?1 AND trace <> ''`
	originsCoded   = `SELECT origin FROM items@ INDEXED BY items_code@ WHERE kind <> 'Origination' AND code = ?3` + newestOrigin
	originsCodedOf = `SELECT origin FROM items@ INDEXED BY items_code_of@ WHERE kind <> 'Origination' AND client = ?4 AND code = ?3` + newestOrigin
	newestOrigin   = ` AND origin < ?1 AND origin >= ?2 ORDER BY origin DESC LIMIT 1`

	// transactionsOfFile are in the order of the file.
	transactionsOfFile = transactionFields + `, e.batch, e.trace, e.position
		FROM items@ e INDEXED BY items_file@ CROSS JOIN items@ i ON i.position = coalesce(e.origin, e.position)` + transactionJoins +
		`AND i.day BETWEEN ?5 AND ?6 AND (?8 = '' OR i.client = ?8) AND ` + restOfFile
	restOfFile = `e.file = ?10 AND (e.batch, e.trace, e.position) > (?7, ?11, ?12) ORDER BY e.batch, e.trace, e.position LIMIT ?4`
)

// findFile finds the file of the filter; it returns false if the filter's client
// has none with that id or name.
func (l *transactionList) findFile(s snapshot) (known bool, err error) {
	if l.f.File == "" {
		return true, nil
	}
	err = s.query(fileAsked, values(l.f.File, l.f.Client), func(row []value) error {
		if position, ok := row[0].(int64); ok {
			l.file, known = position, true
		}
		return nil
	})
	return known, err
}

// inFile lists the transactions of a file.
func (l *transactionList) inFile(s snapshot) error {
	from := l.at
	if l.f.Cursor == "" {
		from = cursor{}
	}
	room := l.page.room()
	if l.f.selects() {
		room = -1
	}
	args := values(int64(math.MaxInt64), string(l.f.Direction), l.f.Status, room, l.from, l.to, from.Batch, l.f.Client, l.f.Code, l.file, from.Trace, from.Row)
	return s.query(transactionsOfFile, args, func(row []value) error {
		n := len(row)
		return l.take(row, cursor{Batch: row[n-3].(int64), Trace: row[n-2].(string), Row: row[n-1].(int64)})
	})
}

// traced lists the few transactions of a trace number.
func (l *transactionList) traced(s snapshot) error {
	origins, err := column[int64](s, itemsTraced, l.f.Trace)
	if err != nil {
		return err
	}
	return l.each(s, origins, 0, l.at.Row)
}

// coded lists the transactions with an answer that has a code.
func (l *transactionList) coded(s snapshot) error {
	of := source{newest: originsCoded, of: values(l.f.Code)}
	if l.f.Client != "" {
		of = source{newest: originsCodedOf, of: values(l.f.Code, l.f.Client)}
	}
	return l.merged(s, []source{of}, nil)
}

// each lists the transactions at positions within a stretch of the log, newest
// first.
func (l *transactionList) each(s snapshot, positions []int64, first, before int64) error {
	slices.Sort(positions)
	positions = slices.Compact(positions)
	slices.Reverse(positions)
	for _, position := range positions {
		if position >= before || position < first {
			continue
		}
		if err := l.one(s, position); err != nil || l.page.more {
			return err
		}
	}
	return nil
}

// keyed reports whether the filter has a value with few keys in the index of
// payments; ranged reports whether it has any value that the index contains.
func (l *transactionList) keyed() bool {
	f := l.f
	return f.ID != "" || len(l.words) > 0 || f.Tail != "" || f.BelowCents == f.FromCents+1
}

func (l *transactionList) ranged() bool {
	return l.f.CompanyID != "" || l.f.FromCents > 0 || l.f.BelowCents > 0
}

// ranges returns the key ranges of the filter's values, those that are likely
// to have few keys first.
func (l *transactionList) ranges() (ranges []keyRange) {
	f := l.f
	if f.ID != "" {
		ranges = append(ranges, exactly(idKey(nil, f.ID)))
	}
	if f.Tail != "" {
		ranges = append(ranges, exactly(tailKey(nil, f.Tail)))
	}
	if f.FromCents > 0 || f.BelowCents > 0 {
		amounts := keyRange{amountKey(nil, f.FromCents), []byte{keyOfAmount + 1}}
		if f.BelowCents > 0 {
			amounts.end = amountKey(nil, f.BelowCents)
		}
		ranges = append(ranges, amounts)
	}
	for _, word := range l.words {
		ranges = append(ranges, namesFrom(word))
	}
	if f.CompanyID != "" {
		ranges = append(ranges, exactly(companyKey(nil, f.CompanyID)))
	}
	return ranges
}
