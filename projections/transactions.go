package projections

import (
	"context"
	"math"

	"github.com/achledger/achledger/eventstore/sqlite/conn"
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
	// Few transactions have these statuses, so each has an index of its own
	// that holds them and nothing else: a search row by row would go through
	// millions of others.
	endedTransactions = transactionColumns + `INDEXED BY items_ended@` + transactionJoins + ended
	endedOfClient     = transactionColumns + `INDEXED BY items_ended_of@` + transactionJoins + ended + `AND i.client = ?8 `
	ended             = `AND i.status IN ('Recalled', 'Rejected') AND i.status = ?3 ` + onDays
	returned          = `AND i.shown = 0 ` + onDays
	returnedOnes      = transactionColumns + `INDEXED BY items_returned@` + transactionJoins + returned
	returnedOfClient  = transactionColumns + `INDEXED BY items_returned_of@` + transactionJoins + returned + `AND i.client = ?8 `
	onDays            = `AND i.day BETWEEN ?5 AND ?6 AND i.position >= ?7 `
	newestOf          = `ORDER BY i.position DESC LIMIT ?4`

	stretchOfDays = `SELECT min(first), max(last) FROM days@ WHERE day BETWEEN ?1 AND ?2`
)

// Transactions lists transactions, newest first, and the cursor of the next
// page, empty after the last. Errors as of Items.
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
		rare := rareOnes[rareStatus{f.Status, f.Client != ""}]
		switch {
		case rare != "":
			return l.rare(s, rare)
		case f.Status == Pending:
			return l.pending(s)
		case f.Status == Released:
			return l.released(s)
		case f.Client == "":
			return l.all(s)
		default:
			return l.client(s)
		}
	})
	if err != nil {
		return nil, "", err
	}
	rows, next := l.page.result()
	return rows, next, nil
}

// rareStatus is a status that few transactions have, of one client or of all.
type rareStatus struct {
	status   string
	ofClient bool
}

var rareOnes = map[rareStatus]string{
	{Recalled, false}: endedTransactions + newestOf, {Recalled, true}: endedOfClient + newestOf,
	{Rejected, false}: endedTransactions + newestOf, {Rejected, true}: endedOfClient + newestOf,
	{Returned, false}: returnedOnes + newestOf, {Returned, true}: returnedOfClient + newestOf,
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
		if err := l.list(s, transactionsOfDay, day, before, l.f.Client, day); err != nil || l.page.more {
			return err
		}
		l.at.At = day - 1
	}
}

// all lists every client's, backwards through the log.
func (l *transactionList) all(s snapshot) error {
	first, before, ok, err := l.stretch(s)
	if err != nil || !ok {
		return err
	}
	return l.list(s, transactionsOfAll, 0, before, l.from, l.to, first)
}

// stretch is the part of the log in which the transactions still to be listed
// were made; ok is false when there is none.
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

// rare lists the transactions of a status that has an index of its own,
// backwards through the log.
func (l *transactionList) rare(s snapshot, sql string) error {
	first, before, ok, err := l.stretch(s)
	if err != nil || !ok {
		return err
	}
	args := values(l.from, l.to, first)
	if l.f.Client != "" {
		args = append(args, l.f.Client)
	}
	return l.list(s, sql, 0, before, args...)
}

func (l *transactionList) list(s snapshot, sql string, day, before int64, args ...value) error {
	args = append(values(before, string(l.f.Direction), l.f.Status, l.page.room()), args...)
	return s.query(sql, args, func(row []value) error {
		if !l.page.add(scanTransaction(row), cursor{Filter: l.at.Filter, At: day, Row: row[0].(int64)}) {
			return conn.ErrStop
		}
		return nil
	})
}

func scanTransaction(row []value) (t Transaction) {
	scan(row, nil, &t.Client, &t.ID, &t.Direction, &t.SEC, &t.Type, &t.AmountCents, &t.Name, &t.AccountTail,
		&t.CreatedAt, &t.UpdatedAt, &t.Position, &t.Status)
	return t
}
