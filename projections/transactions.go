package projections

import (
	"context"
	"math"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

const (
	transactionFields = `SELECT i.position, i.client, i.txn, i.direction, i.sec, i.push, i.cents, i.name, i.tail,
		i.made_at, i.updated_at, i.updated, i.item, i.company, i.trace, o.id, coalesce(b.effective_on, i.effective_on),
		` + transactionStatus + `, k.position IS NOT NULL, iif(k.position IS NULL, '', s.reason), iif(k.position IS NULL, '', s.held_by), ` + answered + ` `
	transactionColumns = transactionFields + `FROM items@ i `
	transactionStatus  = `CASE WHEN i.shown = 0 THEN 'Returned'
		WHEN s.status = 'Released' AND f.delivered > 0 THEN 'Transmitted' ELSE s.status END`
	// answered is 1 unless the filter has a code or a file that no answer has.
	answered = `(?9 = '' OR EXISTS(SELECT 1 FROM items@ a INDEXED BY items_origin@ WHERE a.origin = i.position AND a.kind <> 'Origination' AND a.code = ?9))
		AND (?10 = 0 OR i.file = ?10 OR EXISTS(SELECT 1 FROM items@ a INDEXED BY items_origin@ WHERE a.origin = i.position AND a.kind <> 'Origination' AND a.file = ?10))`
	// transactionJoins take the arguments of every list: 1 before, 2 direction,
	// 3 status, 4 limit, 5 and 6 days, 7 first position, 8 client, 9 code,
	// 10 file.
	transactionJoins = ` LEFT JOIN items@ s ON s.position = i.shown
		LEFT JOIN held@ k ON k.position = i.shown
		LEFT JOIN files@ f ON f.position = s.file
		LEFT JOIN files@ h ON h.position = i.in_file
		LEFT JOIN files@ o ON o.position = i.file
		LEFT JOIN batches@ b ON b.file = i.file AND b.number = i.batch
		WHERE i.kind = 'Origination' AND (i.in_file IS NULL OR h.cut > 0) AND i.position < ?1
		AND (?2 = '' OR i.direction = ?2) AND (?3 = '' OR ` + transactionStatus + ` = ?3
			OR ?3 IN ('Held', 'Waiting') AND ` + transactionStatus + ` = 'Pending' AND (k.position IS NOT NULL) = (?3 = 'Held')) `

	transactionsOfDay = transactionColumns + `INDEXED BY items_day@` + transactionJoins +
		`AND i.client = ?8 AND i.day = ?5 ` + newestOf
	latestDay = `SELECT max(day) FROM items@ INDEXED BY items_day@ WHERE client = ?1 AND day BETWEEN ?2 AND ?3`

	// transactionsOfAll scans in log order, within the stretch of the log in
	// which items of the selected days were made.
	transactionsOfAll = transactionColumns + `NOT INDEXED` + transactionJoins + onDays + newestOf
	// rareOnes have a status that few transactions have. They are in a list of
	// their own: a scan would read millions of others.
	rareOnes     = transactionColumns + `INDEXED BY items_listed@` + transactionJoins + `AND i.listed = ?3 ` + onDays
	rareOfClient = transactionColumns + `INDEXED BY items_listed_of@` + transactionJoins + `AND i.listed = ?3 AND i.client = ?8 ` + onDays
	// Payments from other banks may be few, or all there are.
	receivedOnes     = transactionColumns + `INDEXED BY items_received@` + transactionJoins + received
	receivedOfClient = transactionColumns + `INDEXED BY items_received_of@` + transactionJoins + received + `AND i.client = ?8 `
	received         = `AND i.direction = 'FromFed' ` + onDays
	onDays           = `AND i.day BETWEEN ?5 AND ?6 AND i.position >= ?7 `
	newestOf         = `ORDER BY i.position DESC LIMIT ?4`

	stretchOfDays = `SELECT min(first), max(last) FROM days@ WHERE day BETWEEN ?1 AND ?2`
)

// Transactions lists transactions, newest first, and the cursor of the next
// page, empty after the last. A list selected by a file alone is in the order
// of the file. A page may be shorter than the limit, or empty, although more
// pages follow: the number of rows that a call reads is bounded. Errors as for
// Items.
func (v *Views) Transactions(ctx context.Context, f TransactionFilter) ([]Transaction, string, error) {
	l := transactionList{f: f, words: Words(f.Name), page: page[Transaction]{limit: f.Limit}}
	var err error
	if l.from, l.to, err = dayRange(f.FromDay, f.ToDay); err != nil {
		return nil, "", err
	}
	f.Limit, f.Cursor = 0, ""
	if l.at, err = newestFirst(l.f.Cursor, f); err != nil {
		return nil, "", err
	}
	if l.f.Cursor == "" {
		l.at.At = l.to
	}
	err = v.read(ctx, func(s snapshot) error {
		if known, err := l.findFile(s); err != nil || !known {
			return err
		}
		return l.way()(s)
	})
	return l.page.result(err)
}

// way returns the listing that reads the fewest rows for the filter.
func (l *transactionList) way() func(snapshot) error {
	rare := l.f.Status == Recalled || l.f.Status == Rejected || l.f.Status == Returned
	switch {
	case l.f.Trace != "":
		return l.traced
	case l.keyed():
		return l.search
	case l.f.Code != "":
		return l.coded
	case l.file != 0:
		return l.inFile
	case rare && l.f.Client == "":
		return func(s snapshot) error { return l.inStretch(s, rareOnes+newestOf) }
	case rare:
		return func(s snapshot) error { return l.inStretch(s, rareOfClient+newestOf) }
	case l.f.Direction == domain.FromFed && (l.f.pending() || l.f.Status == Transmitted):
		return func(snapshot) error { return nil } // payments from the bank wait for no file
	case l.f.pending():
		return l.pending
	case l.f.Status == Released:
		return l.released
	case l.f.Status == Transmitted:
		return l.transmitted
	case l.f.Direction == domain.FromFed && l.f.Client == "":
		return func(s snapshot) error { return l.inStretch(s, receivedOnes+newestOf) }
	case l.f.Direction == domain.FromFed:
		return func(s snapshot) error { return l.inStretch(s, receivedOfClient+newestOf) }
	case l.ranged():
		return l.search
	case l.f.Client == "":
		return func(s snapshot) error { return l.inStretch(s, transactionsOfAll) }
	default:
		return l.client
	}
}

// pending reports whether the filter's status is Pending or a part of it.
func (f TransactionFilter) pending() bool {
	return f.Status == Pending || f.Status == PendingHeld || f.Status == PendingUnheld
}

// transactionList is the state of one listing.
type transactionList struct {
	f        TransactionFilter
	words    []string // of the name
	file     int64    // position of the file's row
	from, to int64    // days
	at       cursor
	seen     int // rows read
	looked   int // rows and places without a selected transaction
	page     page[Transaction]
}

// client lists one client's transactions, day by day, newest first.
func (l *transactionList) client(s snapshot) error {
	for before := l.at.Row; ; before = math.MaxInt64 {
		row, err := s.c.Row(latestDay, l.f.Client, l.from, l.at.At)
		if err != nil {
			return err
		}
		day, ok := row[0].(int64)
		if !ok {
			return nil
		}
		if day < l.at.At {
			before = math.MaxInt64
		}
		if err := l.list(s, transactionsOfDay, cursor{At: day}, before, day, day, 0); err != nil || l.page.more {
			return err
		}
		l.at.At = day - 1
	}
}

// inStretch runs a statement that reads the log backwards.
func (l *transactionList) inStretch(s snapshot, sql string) error {
	first, before, ok, err := l.stretch(s)
	if err != nil || !ok {
		return err
	}
	return l.list(s, sql, cursor{}, before, l.from, l.to, first)
}

// stretch returns the part of the log with the transactions that are still to
// be listed; ok is false if there is none.
func (l *transactionList) stretch(s snapshot) (first, before int64, ok bool, err error) {
	row, err := s.c.Row(stretchOfDays, l.from, l.to)
	if err != nil {
		return 0, 0, false, err
	}
	if first, ok = row[0].(int64); !ok {
		return 0, 0, false, nil
	}
	return first, min(l.at.Row, row[1].(int64)+1), true, nil
}

// looksAt bounds the unselected rows that a call reads; tests make it smaller.
var looksAt = 5000

// list runs a statement and adds the selected rows to the page. The cursor of
// each row is at with the row's position.
func (l *transactionList) list(s snapshot, sql string, at cursor, before, from, to, first int64) error {
	room := l.page.room()
	if l.f.selects() {
		room = -1
	}
	args := values(before, string(l.f.Direction), l.f.Status, room, from, to, first, l.f.Client, l.f.Code, l.file)
	return s.query(sql, args, func(row []value) error {
		at.Row = row[0].(int64)
		return l.take(row, at)
	})
}

// take adds a row to the page if the filter selects it. It returns conn.ErrStop
// when the page is full or enough rows were read.
func (l *transactionList) take(row []value, at cursor) error {
	t, answered := scanTransaction(row)
	at.Filter = l.at.Filter
	l.seen++
	var more bool
	if answered && l.f.selected(t, l.words) {
		more = l.page.add(t, at)
	} else {
		more = l.looksOn(at)
	}
	if !more {
		return conn.ErrStop
	}
	return nil
}

// looksOn counts a row or place without a selected transaction. It ends the
// page and returns false when enough were read.
func (l *transactionList) looksOn(at cursor) bool {
	if l.looked++; l.looked > looksAt {
		l.page.end(at)
		return false
	}
	return true
}

// one adds the transaction at a position.
func (l *transactionList) one(s snapshot, position int64) error {
	before := l.seen
	err := l.list(s, transactionAt, cursor{}, math.MaxInt64, l.from, l.to, position)
	if err == nil && l.seen == before {
		l.looksOn(cursor{Filter: l.at.Filter, Row: position})
	}
	return err
}

// selects reports whether the filter has conditions that the statements do not
// test.
func (f TransactionFilter) selects() bool {
	return f.ID != "" || f.Name != "" || f.Tail != "" || f.CompanyID != "" || f.Code != "" || f.File != "" || f.FromCents > 0 || f.BelowCents > 0
}

// selected reports whether the filter selects a row. The statement has already
// tested direction, status, days, code and file.
func (f TransactionFilter) selected(t Transaction, words []string) bool {
	return (f.Client == "" || t.Client == f.Client) && (f.ID == "" || t.ID == f.ID) && named(t.Name, words) &&
		(f.Tail == "" || t.AccountTail == f.Tail) && (f.CompanyID == "" || t.CompanyID == f.CompanyID) &&
		t.AmountCents >= f.FromCents && (f.BelowCents == 0 || t.AmountCents < f.BelowCents)
}

func scanTransaction(row []value) (t Transaction, answered bool) {
	scan(row, nil, &t.Client, &t.ID, &t.Direction, &t.SEC, &t.Type, &t.AmountCents, &t.Name, &t.AccountTail,
		&t.CreatedAt, &t.UpdatedAt, &t.Position, &t.ItemID, &t.CompanyID, &t.Trace, &t.FileID, &t.EffectiveOn, &t.Status,
		&t.Held, &t.Reason, &t.HeldBy, &answered)
	return t, answered
}
