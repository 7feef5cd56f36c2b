package projections

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/sqlite/conn"
)

const (
	// queueSums reads one row for each client, bank, kind and due day, with the
	// oldest waiting item and the first deadline: by seeks, without scans.
	queueSums = `SELECT client, odfi, answers, due, entries, cents,
			(SELECT i.made_at FROM pending@ p INDEXED BY pending_due@ JOIN items@ i ON i.position = p.position
				WHERE p.client = q.client AND p.odfi = q.odfi AND p.answers = q.answers AND p.due = q.due
				ORDER BY p.position LIMIT 1),
			(SELECT leave_by FROM pending@ p INDEXED BY pending_leave_by@ WHERE p.client = q.client AND p.odfi = q.odfi
				AND p.answers = q.answers AND p.due = q.due AND p.leave_by IS NOT NULL ORDER BY p.leave_by LIMIT 1)
		FROM queue@ q WHERE due <= ?1 ORDER BY client, odfi, answers, due`

	queueDues   = `SELECT due, entries FROM queue@ WHERE client = ?1 AND odfi = ?2 AND answers = ?3 AND due <= ?4`
	nextDue     = `SELECT min(due) FROM queue@ WHERE due > ?1`
	waitingRows = `SELECT p.position, i.txn, i.item, p.version, p.header, p.code, p.routing, i.cents, p.addenda,
			p.asked_on, p.same_day, i.made_at, p.due, p.leave_by, p.fault, i.kind, p.over
		FROM pending@ p INDEXED BY pending_due@ JOIN items@ i ON i.position = p.position
		WHERE p.client = ?1 AND p.odfi = ?2 AND p.answers = ?3 AND p.due = ?4 AND p.position > ?5
		ORDER BY p.position LIMIT ?6`
	selectHeader = `SELECT header FROM headers@ WHERE id = ?1`
)

// farthest is after any due time.
var farthest = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

// Queues sums up the due items by client, bank and whether they are answers. It
// reads running totals, so its time does not depend on the number of items.
func (v *Views) Queues(ctx context.Context, now time.Time) (queues []domain.Queue, err error) {
	err = v.each(ctx, queueSums, values(now.UnixMicro()), func(row []value) { queues = addQueue(queues, row) })
	return queues, err
}

// QueueTotals sums up all waiting items, due or not.
func (v *Views) QueueTotals(ctx context.Context) ([]domain.Queue, error) {
	return v.Queues(ctx, farthest)
}

// addQueue adds a row to the sums of its client, bank and kind.
func addQueue(queues []domain.Queue, row []value) []domain.Queue {
	var q domain.Queue
	scan(row, &q.Client, &q.ODFI, &q.Answers, nil, &q.Entries, &q.Cents, &q.OldestAt, &q.LeaveBy)
	n := len(queues) - 1
	if n < 0 || queues[n].Client != q.Client || queues[n].ODFI != q.ODFI || queues[n].Answers != q.Answers {
		return append(queues, q)
	}
	queues[n].Entries += q.Entries
	queues[n].Cents += q.Cents
	if q.OldestAt.Before(queues[n].OldestAt) {
		queues[n].OldestAt = q.OldestAt
	}
	if by := queues[n].LeaveBy; by.IsZero() || !q.LeaveBy.IsZero() && q.LeaveBy.Before(by) {
		queues[n].LeaveBy = q.LeaveBy
	}
	return queues
}

// NextDue returns the first time after now at which an item becomes due; ok is
// false if no item waits for a date.
func (v *Views) NextDue(ctx context.Context, now time.Time) (at time.Time, ok bool, err error) {
	return v.nextTime(ctx, nextDue, now)
}

// WaitingItems lists the due items of a queue, in log order, after a position.
func (v *Views) WaitingItems(ctx context.Context, client, odfi string, answers bool, now time.Time, after int64, limit int) (items []QueuedItem, err error) {
	if limit <= 0 {
		return nil, nil
	}
	err = v.read(ctx, func(s snapshot) error {
		dues, err := collect(s, queueDues, values(client, odfi, answers, now.UnixMicro()), func(row []value, d *dueItems) { scan(row, &d.at, &d.items) })
		if err != nil {
			return err
		}
		all := 0
		for _, due := range dues {
			all += min(due.items, limit)
		}
		items = make([]QueuedItem, 0, all)
		// This is a k-way merge: each day is sorted by position, so the first
		// rows overall are among the first rows of each day.
		refs := make([]int64, 0, all) // of their headers
		for _, due := range dues {
			rows := conn.NewRuns(waitingRows).Next().Text(client).Text(odfi).Bool(answers).Int(due.at).Int(after).Int(int64(limit))
			err := rows.Read(s.c, conn.All, func(row *conn.Results) error {
				items, refs = append(items, QueuedItem{Client: client, ODFI: odfi, Answers: answers}), append(refs, 0)
				scanWaiting(row.Scan, &items[len(items)-1], &refs[len(refs)-1])
				return nil
			})
			if err != nil {
				return err
			}
		}
		terms, err := termsOf(s.c, odfi)
		if err != nil {
			return err
		}
		headers := headers{}
		for i := range items {
			items[i].Terms = terms
			if items[i].Header, err = headers.read(s, refs[i]); err != nil {
				return fmt.Errorf("batch header of item %s: %w", items[i].ItemID, err)
			}
		}
		return nil
	})
	slices.SortFunc(items, func(a, b QueuedItem) int { return int(a.Position - b.Position) })
	return items[:min(limit, len(items))], err
}

// headers reads batch headers; most items of a queue have the same few.
type headers map[int64]nacha.BatchHeader

func (h headers) read(s snapshot, ref int64) (header nacha.BatchHeader, err error) {
	if header, ok := h[ref]; ok {
		return header, nil
	}
	row, err := s.c.Row(selectHeader, ref)
	if err != nil {
		return header, err
	}
	if err := json.Unmarshal([]byte(row[0].(string)), &header); err != nil {
		return header, err
	}
	h[ref] = header
	return header, nil
}

// dueItems is how many items of a queue are due at an instant.
type dueItems struct {
	at    int64
	items int
}

// scanWaiting reads the columns of waitingRows with a scan.
func scanWaiting(scan func(into ...any), w *QueuedItem, header *int64) {
	over := ""
	scan(&w.Position, &w.TransactionID, &w.ItemID, &w.Version, header, &w.Code, &w.Routing, &w.AmountCents, &w.Addenda,
		&w.EffectiveOn, &w.SameDay, &w.MadeAt, &w.DueAt, &w.LeaveBy, &w.Fault, &w.Kind, &over)
	if w.DueAt.IsZero() {
		w.DueAt = w.MadeAt
	}
	w.Over = readOver(over)
}

// scanOf scans a row.
func scanOf(row []value) func(into ...any) { return func(into ...any) { scan(row, into...) } }
