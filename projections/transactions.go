package projections

import (
	"context"

	"github.com/achledger/achledger/domain"
)

const (
	transactionColumns = `SELECT i.position, i.day, i.client, i.txn, i.direction, i.sec, i.push, i.cents, i.name, i.tail,
		i.made_at, i.updated_at, i.updated, ` + transactionStatus + ` AS status
		FROM items@ i `
	transactionStatus = `CASE WHEN i.shown = 0 THEN 'Returned'
		WHEN s.status = 'Released' AND f.delivered > 0 THEN 'Transmitted' ELSE s.status END`
	transactionJoins = ` LEFT JOIN items@ s ON s.position = i.shown
		LEFT JOIN files@ f ON f.position = s.file
		LEFT JOIN files@ h ON h.position = i.in_file
		WHERE i.kind = 'Origination' AND (i.in_file IS NULL OR h.cut > 0)
		AND (?2 = '' OR i.direction = ?2) AND (?3 = '' OR ` + transactionStatus + ` = ?3) `

	transactionsOfClient = transactionColumns + `INDEXED BY items_day@` + transactionJoins +
		`AND i.client = ?1 AND (i.day, i.position) < (?4, ?5) AND i.day >= ?6
		ORDER BY i.day DESC, i.position DESC LIMIT ?7`
	// transactionsOfAll goes through the log's order: one day's lie side by
	// side, from where the days table says on.
	transactionsOfAll = transactionColumns + `NOT INDEXED` + transactionJoins +
		`AND i.position < ?5 AND i.day <= ?4 AND i.day >= ?6
		AND i.position >= (SELECT min(first) FROM days@ WHERE day >= ?6)
		ORDER BY i.position DESC LIMIT ?7`
	lastOfDays = `SELECT coalesce(max(last), 0) FROM days@ WHERE day <= ?1`
)

// Transactions lists transactions, newest first, and the cursor of the next
// page, empty after the last. Status is looked at row by row: one that few
// have makes a long search. Errors as of Items.
func (v *Views) Transactions(ctx context.Context, f TransactionFilter) ([]Transaction, string, error) {
	from, to, err := dayRange(f.FromDay, f.ToDay)
	if err != nil {
		return nil, "", err
	}
	p := page[Transaction]{limit: f.Limit}
	text := f.Cursor
	f.Limit, f.Cursor = 0, ""
	at, err := parseCursor(text, f)
	if err != nil {
		return nil, "", err
	}
	err = v.read(ctx, func(s snapshot) error {
		sql := transactionsOfClient
		if f.Client == "" {
			sql = transactionsOfAll
		}
		if text == "" {
			if at, err = s.newest(f, to, at); err != nil {
				return err
			}
		}
		day := at.At
		if f.Client == "" {
			day = to
		}
		args := values(f.Client, string(f.Direction), f.Status, day, at.Row, from, p.room())
		return s.query(sql, args, func(row []value) error {
			if !p.add(scanTransaction(row), cursor{Filter: at.Filter, At: row[1].(int64), Row: row[0].(int64)}) {
				return errStop
			}
			return nil
		})
	})
	if err != nil {
		return nil, "", err
	}
	rows, next := p.result()
	return rows, next, nil
}

// newest is the key before which a listing begins.
func (s snapshot) newest(f TransactionFilter, to int64, at cursor) (cursor, error) {
	at.At, at.Row = to+1, 0
	if f.Client != "" {
		return at, nil
	}
	row, err := s.c.row(lastOfDays, to)
	if err == nil {
		at.Row = row[0].(int64) + 1
	}
	return at, err
}

func scanTransaction(row []value) Transaction {
	return Transaction{
		Client: row[2].(string), ID: row[3].(string), Status: row[13].(string), Direction: domain.Direction(row[4].(string)),
		SEC: row[5].(string), Kind: domain.Kind(row[6].(string)), AmountCents: row[7].(int64),
		Name: row[8].(string), AccountTail: row[9].(string),
		CreatedAt: instant(row[10].(int64)), UpdatedAt: instant(row[11].(int64)), Position: row[12].(int64),
	}
}
