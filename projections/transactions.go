package projections

import (
	"context"
	"math"

	"github.com/achledger/achledger/domain"
)

const (
	transactionColumns = `SELECT i.position, i.client, i.txn, i.direction, i.sec, i.push, i.cents, i.name, i.tail,
		i.made_at, i.updated_at, i.updated, ` + transactionStatus + `
		FROM items@ i `
	transactionStatus = `CASE WHEN i.shown = 0 THEN 'Returned'
		WHEN s.status = 'Released' AND f.delivered > 0 THEN 'Transmitted' ELSE s.status END`
	transactionJoins = ` LEFT JOIN items@ s ON s.position = i.shown
		LEFT JOIN files@ f ON f.position = s.file
		LEFT JOIN files@ h ON h.position = i.in_file
		WHERE i.kind = 'Origination' AND (i.in_file IS NULL OR h.cut > 0) AND i.position < ?1
		AND (?2 = '' OR i.direction = ?2) AND (?3 = '' OR ` + transactionStatus + ` = ?3) `

	transactionsOfDay = transactionColumns + `INDEXED BY items_day@` + transactionJoins +
		`AND i.client = ?5 AND i.day = ?6 ORDER BY i.position DESC LIMIT ?4`
	latestDay = `SELECT max(day) FROM items@ INDEXED BY items_day@ WHERE client = ?1 AND day BETWEEN ?2 AND ?3`

	// transactionsOfAll goes through the log's order, within the stretch of
	// it in which items of the days asked for were made.
	transactionsOfAll = transactionColumns + `NOT INDEXED` + transactionJoins +
		`AND i.day BETWEEN ?5 AND ?6 AND i.position >= ?7 ORDER BY i.position DESC LIMIT ?4`
	stretchOfDays = `SELECT min(first), max(last) FROM days@ WHERE day BETWEEN ?1 AND ?2`
)

// Transactions lists transactions, newest first, and the cursor of the next
// page, empty after the last. Status is looked at row by row: one that few
// have makes a long search. Errors as of Items.
func (v *Views) Transactions(ctx context.Context, f TransactionFilter) ([]Transaction, string, error) {
	l := transactionList{f: f, page: page[Transaction]{limit: f.Limit}}
	var err error
	if l.from, l.to, err = dayRange(f.FromDay, f.ToDay); err != nil {
		return nil, "", err
	}
	f.Limit, f.Cursor = 0, ""
	if l.at, err = parseCursor(l.f.Cursor, f); err != nil {
		return nil, "", err
	}
	if l.f.Cursor == "" {
		l.at.At, l.at.Row = l.to, math.MaxInt64
	}
	err = v.read(ctx, func(s snapshot) error {
		if f.Client == "" {
			return l.all(s)
		}
		return l.client(s)
	})
	if err != nil {
		return nil, "", err
	}
	rows, next := l.page.result()
	return rows, next, nil
}

// transactionList is one listing under way.
type transactionList struct {
	f        TransactionFilter
	from, to int64 // days
	at       cursor
	page     page[Transaction]
}

// client lists one client's, day after day backwards.
func (l *transactionList) client(s snapshot) error {
	for before := l.at.Row; ; before = math.MaxInt64 {
		row, err := s.c.row(latestDay, l.f.Client, l.from, l.at.At)
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
		if err := l.list(s, transactionsOfDay, day, before, l.f.Client, day); err != nil || l.page.more {
			return err
		}
		l.at.At = day - 1
	}
}

// all lists every client's, backwards through the log.
func (l *transactionList) all(s snapshot) error {
	row, err := s.c.row(stretchOfDays, l.from, l.to)
	if err != nil {
		return err
	}
	first, ok := row[0].(int64)
	if !ok {
		return nil
	}
	return l.list(s, transactionsOfAll, 0, min(l.at.Row, row[1].(int64)+1), l.from, l.to, first)
}

func (l *transactionList) list(s snapshot, sql string, day, before int64, args ...value) error {
	args = append(values(before, string(l.f.Direction), l.f.Status, l.page.room()), args...)
	return s.query(sql, args, func(row []value) error {
		if !l.page.add(scanTransaction(row), cursor{Filter: l.at.Filter, At: day, Row: row[0].(int64)}) {
			return errStop
		}
		return nil
	})
}

func scanTransaction(row []value) Transaction {
	return Transaction{
		Client: row[1].(string), ID: row[2].(string), Status: row[12].(string), Direction: domain.Direction(row[3].(string)),
		SEC: row[4].(string), Kind: domain.Kind(row[5].(string)), AmountCents: row[6].(int64),
		Name: row[7].(string), AccountTail: row[8].(string),
		CreatedAt: instant(row[9].(int64)), UpdatedAt: instant(row[10].(int64)), Position: row[11].(int64),
	}
}
