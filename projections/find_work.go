package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

// HeldItem is an entry that waits for a person before it may leave.
type HeldItem struct {
	Client, TransactionID, ItemID string
	Reason                        string
	SEC                           string
	PushPull                      domain.PushPull
	Name, AccountTail             string
	AmountCents                   int64
	MadeAt                        time.Time
	Position                      int64
}

// Work sums up entries, or files, that wait for a person.
type Work struct {
	Count    int
	Cents    int64
	OldestAt time.Time
	Deadline time.Time // earliest; zero where there is none
}

const (
	heldItems = `SELECT i.position, i.client, i.txn, i.item, i.reason, i.sec, i.push, i.name, i.tail, i.cents, i.made_at
		FROM items@ i INDEXED BY items_held@ LEFT JOIN pending@ p ON p.position = i.position
		WHERE i.kind = 'Origination' AND i.status = 'Pending' AND i.reason <> '' AND p.position IS NULL
		AND i.position > ?1 ORDER BY i.position LIMIT ?2`
	heldWork = `SELECT count(*), coalesce(sum(i.cents), 0), coalesce(min(i.made_at), 0), NULL
		FROM items@ i INDEXED BY items_held@ LEFT JOIN pending@ p ON p.position = i.position
		WHERE i.kind = 'Origination' AND i.status = 'Pending' AND i.reason <> '' AND p.position IS NULL`
	unmatchedWork = `SELECT count(*), coalesce(sum(cents), 0), coalesce(min(queued_at), 0), min(deadline)
		FROM unmatched@ INDEXED BY unmatched_deadline@ WHERE outcome = ''`
	quarantinedWork = `SELECT count(*), coalesce(sum(debit_cents + credit_cents), 0), coalesce(min(received_at), 0), NULL
		FROM inbound@ INDEXED BY inbound_state@ WHERE state IN ('quarantined', 'partly_quarantined')`
	deadlineWork = `SELECT count(*), coalesce(sum(i.cents), 0), coalesce(min(i.made_at), 0), min(d.leave_by)
		FROM deadlines@ d INDEXED BY deadlines_leave_by@ JOIN items@ i ON i.position = d.position WHERE d.leave_by <= ?1`
)

// HeldItems lists the originations that are held, the oldest first, and the
// cursor of the next page.
func (v *Views) HeldItems(ctx context.Context, limit int, after string) ([]HeldItem, string, error) {
	at, err := parseCursor(after, "held")
	if err != nil {
		return nil, "", err
	}
	p := page[HeldItem]{limit: limit}
	err = v.read(ctx, func(s snapshot) error {
		return s.query(heldItems, values(at.Row, p.room()), func(row []value) error {
			text := func(i int) string { return row[i].(string) }
			h := HeldItem{
				Position: row[0].(int64), Client: text(1), TransactionID: text(2), ItemID: text(3), Reason: text(4),
				SEC: text(5), PushPull: domain.PushPull(text(6)), Name: text(7), AccountTail: text(8),
				AmountCents: row[9].(int64), MadeAt: instant(row[10].(int64)),
			}
			if !p.add(h, cursor{Filter: at.Filter, Row: h.Position}) {
				return conn.ErrStop
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

// HeldWork sums up the originations that are held.
func (v *Views) HeldWork(ctx context.Context) (Work, error) { return v.work(ctx, heldWork) }

// UnmatchedWork sums up the entries of the bank that found no place.
func (v *Views) UnmatchedWork(ctx context.Context) (Work, error) { return v.work(ctx, unmatchedWork) }

// QuarantinedWork sums up the bank's files that are held back, or parts of
// which are.
func (v *Views) QuarantinedWork(ctx context.Context) (Work, error) {
	return v.work(ctx, quarantinedWork)
}

// DeadlineWork sums up our answers that wait and have to leave by an instant.
func (v *Views) DeadlineWork(ctx context.Context, by time.Time) (Work, error) {
	return v.work(ctx, deadlineWork, by.UnixMicro())
}

func (v *Views) work(ctx context.Context, sql string, args ...value) (w Work, err error) {
	err = v.read(ctx, func(s snapshot) error {
		row, err := s.c.Row(sql, args...)
		if err != nil {
			return err
		}
		w.Count, w.Cents, w.OldestAt = int(row[0].(int64)), row[1].(int64), instant(row[2].(int64))
		if by, ok := row[3].(int64); ok && by != never {
			w.Deadline = instant(by)
		}
		return nil
	})
	return w, err
}
