package projections

import (
	"fmt"
)

const (
	itemColumns = `SELECT i.position, i.client, i.txn, i.item, i.kind, i.direction, i.status, i.reason, i.reply_to,
		i.cents, i.made_at, i.changed, i.code, i.corrected, i.batch, i.trace, i.effective_on, i.settled_on, i.history,
		i.file, f.id, f.delivered_at, f.delivered, b.effective_on, h.cut,
		i.information, i.died, i.held_by, i.statement, i.decision, i.request, i.missed
		FROM `
	itemJoins = ` LEFT JOIN files@ f ON f.position = i.file
		LEFT JOIN batches@ b ON b.file = i.file AND b.number = i.batch
		LEFT JOIN files@ h ON h.position = i.in_file
		WHERE i.client = ?1 AND (?2 = '' OR i.kind = ?2) AND (?3 = '' OR i.direction = ?3)
		AND (i.in_file IS NULL OR h.cut > 0) AND `
	selectDelivered = `SELECT delivered_at FROM files@ WHERE position = ?1`
)

// itemQuery is one query for items of a client: an index, a condition after a
// key, and the order of the index.
type itemQuery string

// Arguments of every query: 1 client, 2 kind, 3 direction, 4 limit; any others
// follow.
func itemsBy(index, where, order string) itemQuery {
	return itemQuery(itemColumns + "items@ i INDEXED BY " + index + "@" + itemJoins + where + " ORDER BY " + order + " LIMIT ?4")
}

// found is a row of items with the columns that a list needs.
type found struct {
	Item
	row   int64
	batch int64
	trace string
}

// items runs a query. Files that items were in before are looked up after the
// rows are read, because their statement cannot run in between.
func (s snapshot) items(q itemQuery, args ...value) ([]found, error) {
	var rows []found
	var read []itemRow
	var places []filePlace
	err := s.query(string(q), args, func(row []value) error {
		it, p, at, err := scanItem(row)
		rows = append(rows, at)
		read, places = append(read, it), append(places, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if rows[i].Item, err = s.describe(read[i], places[i], rows[i].ChangedAt); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

func scanItem(row []value) (it itemRow, p filePlace, at found, err error) {
	steps, file, deliveredAt, fileChanged, cut := "", int64(0), int64(0), int64(0), int64(0)
	scan(row, &it.position, &it.client, &it.transaction, &it.id, &it.kind, &it.direction, &it.status, &it.reason, &it.replyTo,
		&it.cents, &it.madeAt, &it.changed, &it.code, &it.corrected, &at.batch, &it.trace, &it.effectiveOn, &it.settledOn,
		&steps, &file, &p.file, &deliveredAt, &fileChanged, &p.effectiveOn, &cut, &it.information, &it.died, &it.heldBy, &it.statement, &it.decision, &it.request, &it.missed)
	if it.steps, err = parseHistory(steps); err != nil {
		return it, p, at, fmt.Errorf("item %s: %w", it.id, err)
	}
	at.row, at.trace = it.position, it.trace
	at.ChangedAt = max(it.changed, fileChanged, cut)
	if file != 0 {
		p.transmitted = deliveredAt != 0
		p.delivered = func(s step) int64 {
			if s.ref == file {
				return deliveredAt
			}
			return elsewhere
		}
	}
	return it, p, at, nil
}

// elsewhere says that a step's file is not the one that the item is in.
const elsewhere = -1

// describe looks up the files of earlier steps and builds an item.
func (s snapshot) describe(it itemRow, p filePlace, changed int64) (Item, error) {
	own := p.delivered
	var failed error
	p.delivered = func(st step) int64 {
		if own != nil {
			if at := own(st); at != elsewhere {
				return at
			}
		}
		row, err := s.c.Row(selectDelivered, st.ref)
		if err != nil || row == nil {
			failed = err
			return 0
		}
		return row[0].(int64)
	}
	d := it.describe(p)
	d.ChangedAt = changed
	return d, failed
}
