package projections

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// CountedEntry is an entry that counts for a limit: filed or waiting.
type CountedEntry struct {
	Client, TransactionID string
	Kind                  domain.ItemKind
	Name, AccountTail     string
	SEC                   string
	AmountCents           int64
	MadeAt                time.Time
	SettlesOn             string // YYYY-MM-DD: as filed, or as expected; empty: not decided
	FileID, FileName      string // empty while it waits
}

// CountedFilter selects the entries that count for a limit on some days.
type CountedFilter struct {
	Client, ODFI   string // owner of the limit: one of the two
	Company        string // identification; empty: all
	Debit          bool
	ByMade         bool   // the days are those of origination; otherwise those of settlement
	FromDay, ToDay string // YYYY-MM-DD, inclusive
	Limit          int    // 0: all
	Cursor         string
}

const (
	countedWaiting = `SELECT p.position, i.txn, i.item, p.version, p.header, p.code, p.routing, i.cents, p.addenda,
			p.asked_on, p.same_day, i.made_at, p.due, p.leave_by, p.fault, i.kind, p.over,
			p.client, p.odfi, coalesce(o.name, i.name), coalesce(o.tail, i.tail)
		FROM pending@ p INDEXED BY pending_due@ CROSS JOIN items@ i ON i.position = p.position LEFT JOIN items@ o ON o.position = i.origin
		WHERE p.client = ?1 AND (p.odfi, p.answers, p.due, p.position) > (?2, 0, ?3, ?4) AND p.answers = 0 AND i.cents > 0
			AND (?5 = '' OR p.odfi = ?5)
		ORDER BY p.odfi, p.answers, p.due, p.position LIMIT ?6`
	countedBatches = `SELECT b.effective_on, b.file, b.number, f.id, f.name
		FROM batches@ b INDEXED BY batches_effective@
		CROSS JOIN files@ f ON f.position = b.file JOIN filed_sums@ s ON s.file = b.file AND s.batch = b.number
		WHERE b.effective_on <= ?1 AND (b.effective_on, b.file, b.number) >= (?2, ?3, ?4) AND b.answers = 0
			AND (?5 = '' OR f.client = ?5) AND (?6 = '' OR f.odfi = ?6) AND (?7 = '' OR b.company_id = ?7) AND ` + countedIn + `
			AND iif(?8, s.debits - s.zero_debits, s.credits - s.zero_credits) > 0
		ORDER BY b.effective_on, b.file, b.number LIMIT ?9`

	// An item has the direction of its transaction, except for reversals and
	// return fees. Items of the other direction are skipped in Go and not in
	// SQL, so that a page of the few credits among many debits ends in time.
	isDebit = `CASE i.kind WHEN 'ReturnFee' THEN 1 WHEN 'Reversal' THEN o.push = 'push' ELSE coalesce(o.push, i.push) = 'pull' END`

	countedColumns = `SELECT i.position, i.client, i.txn, i.kind, i.cents, i.made_at, i.trace, i.day,
		coalesce(o.name, i.name), coalesce(o.tail, i.tail), coalesce(o.sec, i.sec), ` + isDebit
	countedInBatch = countedColumns + ` FROM items@ i INDEXED BY items_file@ LEFT JOIN items@ o ON o.position = i.origin
		WHERE i.file = ?1 AND i.batch = ?2 AND (i.trace, i.position) > (?3, ?4) AND i.cents > 0
		ORDER BY i.trace, i.position`
	countedMade = countedColumns + `, coalesce(b.effective_on, ''), coalesce(f.id, ''), coalesce(f.name, '')
		FROM items@ i INDEXED BY items_day@ LEFT JOIN items@ o ON o.position = i.origin
		LEFT JOIN pending@ p ON p.position = i.position LEFT JOIN files@ f ON f.position = i.file
		LEFT JOIN batches@ b ON b.file = i.file AND b.number = i.batch
		WHERE i.client = ?1 AND i.day <= ?2 AND (i.day, i.position) > (?3, ?4) AND i.direction = 'ToFed' AND i.cents > 0
			AND i.kind IN ('Origination', 'Retry', 'Reversal', 'ReturnFee') AND (p.position IS NOT NULL OR i.file IS NOT NULL AND ` + countedIn + `)
			AND (?5 = '' OR coalesce(f.odfi, p.odfi) = ?5) AND (?6 = '' OR coalesce(b.company_id, o.company, i.company) = ?6)
		ORDER BY i.day, i.position`
)

// Segments of the list: first waiting entries, then filed ones.
const waitingSegment, filedSegment = 0, 1

// CountedEntries lists the entries that count for a limit on some days: first
// those that wait, then those in files. It also returns the cursor of the next
// page. As with Transactions, a page may be shorter than the limit although
// more pages follow. Errors: ErrCursor.
func (v *Views) CountedEntries(ctx context.Context, f CountedFilter) ([]CountedEntry, string, error) {
	l := countedList{f: f, page: page[CountedEntry]{limit: f.Limit}}
	var err error
	if l.from, l.to, err = dayRange(f.FromDay, f.ToDay); err != nil {
		return nil, "", err
	}
	f.Limit, f.Cursor = 0, ""
	if l.at, err = parseCursor(l.f.Cursor, f); err != nil {
		return nil, "", err
	}
	err = v.read(ctx, func(s snapshot) error {
		if f.ByMade {
			return l.eachClient(s, l.made)
		}
		if l.at.Segment == waitingSegment {
			if err := l.eachClient(s, l.expected); err != nil || l.page.more {
				return err
			}
			l.at = cursor{Filter: l.at.Filter, Segment: filedSegment, Client: f.FromDay}
		}
		return l.filed(s)
	})
	return l.page.result(err)
}

// countedList is one listing under way.
type countedList struct {
	f        CountedFilter
	from, to int64
	at       cursor
	looked   int
	page     page[CountedEntry]
}

// eachClient calls list for the client of the limit, or for each client of the
// bank.
func (l *countedList) eachClient(s snapshot, list func(s snapshot, client string) error) error {
	clients := []string{l.f.Client}
	if l.f.Client == "" {
		var err error
		if clients, err = column[string](s, odfiClients, l.f.ODFI); err != nil {
			return err
		}
	}
	for _, client := range clients {
		if client < l.at.Client {
			continue
		}
		if client > l.at.Client {
			l.at = cursor{Filter: l.at.Filter, Client: client, Row: -1}
		}
		if err := list(s, client); err != nil || l.page.more {
			return err
		}
	}
	return nil
}

// waitingAtOnce is how many waiting entries are read ahead.
const waitingAtOnce = 500

// waitingEntry is a waiting entry with the name and account of its receiver.
type waitingEntry struct {
	QueuedItem
	header     int64 // in headers
	due        int64
	name, tail string
}

// expected lists waiting entries that are expected to settle on the days.
func (l *countedList) expected(s snapshot, client string) error {
	terms, err := allTerms(s)
	if err != nil {
		return err
	}
	headers := headers{}
	for {
		// Headers need a query of their own, which cannot run while the rows
		// are read.
		args := values(client, l.at.Trace, l.at.At, l.at.Row, l.f.ODFI, int64(waitingAtOnce))
		ahead, err := collect(s, countedWaiting, args, func(row []value, w *waitingEntry) {
			scanWaiting(scanOf(row), &w.QueuedItem, &w.header)
			scan(row[12:], &w.due)
			scan(row[17:], &w.Client, &w.ODFI, &w.name, &w.tail)
		})
		if err != nil {
			return err
		}
		for _, w := range ahead {
			if w.Header, err = headers.read(s, w.header); err != nil {
				return fmt.Errorf("batch header of item %s: %w", w.ItemID, err)
			}
			w.Terms = terms[w.ODFI]
			if !l.takeWaiting(w) {
				return nil
			}
		}
		if len(ahead) < waitingAtOnce {
			return nil
		}
	}
}

// takeWaiting adds a waiting entry to the page if it is selected, and reports
// whether the page has room.
func (l *countedList) takeWaiting(w waitingEntry) bool {
	at := cursor{Filter: l.at.Filter, Client: w.Client, Trace: w.ODFI, At: w.due, Row: w.Position}
	l.at = at
	e := w.GuardEntry()
	day := e.SettlesOn.String()
	if !l.counts(e) || day < l.f.FromDay || day > l.f.ToDay {
		return l.pass(at)
	}
	return l.page.add(CountedEntry{
		Client: w.Client, TransactionID: w.TransactionID, Kind: w.Kind, Name: w.name, AccountTail: w.tail, SEC: w.Header.SEC,
		AmountCents: w.AmountCents, MadeAt: w.MadeAt, SettlesOn: day,
	}, at)
}

// pass skips a row that is not selected, and reports whether the call may read
// another. It may read fewer than other lists do, because the day on which a
// waiting entry is expected to settle is computed for each, in about 50 µs.
func (l *countedList) pass(at cursor) bool {
	if l.looked++; l.looked > looksAt/4 {
		l.page.end(at)
		return false
	}
	return true
}

func (l *countedList) counts(e guard.Entry) bool {
	return e.Debit == l.f.Debit && (l.f.Company == "" || e.Company == l.f.Company)
}

// filed lists filed entries that settle on the days, batch by batch.
func (l *countedList) filed(s snapshot) error {
	type batch struct {
		day      string
		file, of int64
		id, name string
	}
	for {
		args := values(l.f.ToDay, l.at.Client, l.at.At, l.at.Batch, l.f.Client, l.f.ODFI, l.f.Company, l.f.Debit, int64(filesAtOnce))
		ahead, err := collect(s, countedBatches, args, func(row []value, b *batch) {
			scan(row, &b.day, &b.file, &b.of, &b.id, &b.name)
		})
		if err != nil {
			return err
		}
		for _, b := range ahead {
			if b.day != l.at.Client || b.file != l.at.At || b.of != l.at.Batch {
				l.at = cursor{Filter: l.at.Filter, Segment: filedSegment, Client: b.day, At: b.file, Batch: b.of}
			}
			args := values(b.file, b.of, l.at.Trace, l.at.Row)
			err := s.query(countedInBatch, args, func(row []value) error {
				e, debit, position, trace, _ := scanCounted(row)
				e.SettlesOn, e.FileID, e.FileName = b.day, b.id, b.name
				at := l.at
				at.Trace, at.Row = trace, position
				return l.take(e, debit, at)
			})
			if err != nil || l.page.more {
				return err
			}
			l.at.Trace, l.at.Row = "~", math.MaxInt64 // after all entries of the batch
		}
		if len(ahead) < filesAtOnce {
			return nil
		}
	}
}

// made lists entries that were originated on the days, filed or waiting.
func (l *countedList) made(s snapshot, client string) error {
	day, row := l.at.At, l.at.Row
	if l.at.At == 0 {
		day, row = l.from, -1
	}
	args := values(client, l.to, day, row, l.f.ODFI, l.f.Company)
	return s.query(countedMade, args, func(row []value) error {
		e, debit, position, _, on := scanCounted(row)
		scan(row[12:], &e.SettlesOn, &e.FileID, &e.FileName)
		return l.take(e, debit, cursor{Filter: l.at.Filter, Client: client, At: on, Row: position})
	})
}

// take adds an entry to the page if it has the selected direction. It returns
// conn.ErrStop when the page is full or enough rows were read.
func (l *countedList) take(e CountedEntry, debit bool, at cursor) error {
	if debit != l.f.Debit && l.pass(at) || debit == l.f.Debit && l.page.add(e, at) {
		return nil
	}
	return conn.ErrStop
}

// scanCounted reads a row of countedColumns.
func scanCounted(row []value) (e CountedEntry, debit bool, position int64, trace string, day int64) {
	scan(row, &position, &e.Client, &e.TransactionID, &e.Kind, &e.AmountCents, &e.MadeAt, &trace, &day, &e.Name, &e.AccountTail, &e.SEC, &debit)
	return e, debit, position, trace, day
}
