package projections

import (
	"context"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
)

// StatementLine is an item made on a day, with fields of its transaction.
type StatementLine struct {
	Position              int64
	TransactionID, ItemID string
	Kind                  domain.ItemKind
	Direction             domain.Direction
	Status                string
	Reason                string
	AmountCents           int64
	MadeAt                time.Time
	Code                  string
	Trace                 string
	FileID                string
	EffectiveOn           string
	SettledOn             string
	Name, SEC             string
	Type                  domain.PushPull
	AccountTail           string
	CompanyID             string
}

const (
	linesOfDay = `SELECT i.position, i.txn, i.item, i.kind, i.direction,
			CASE WHEN i.status = 'Released' AND f.delivered > 0 THEN 'Transmitted' ELSE i.status END,
			i.reason, i.cents, i.made_at, i.code, i.trace, f.id, coalesce(b.effective_on, i.effective_on), i.settled_on,
			o.name, o.sec, o.push, o.tail, o.company
		FROM items@ i INDEXED BY items_day@ LEFT JOIN items@ o ON o.position = coalesce(i.origin, i.position)
		LEFT JOIN files@ f ON f.position = i.file
		LEFT JOIN batches@ b ON b.file = i.file AND b.number = i.batch
		LEFT JOIN files@ h ON h.position = i.in_file
		WHERE i.client = ?1 AND i.day = ?2 AND i.position > ?3 AND (i.in_file IS NULL OR h.cut > 0) ORDER BY i.position LIMIT ?4`

	deliveredOn = fileColumns + `INDEXED BY files_delivered_day@ WHERE delivered_day = ?2 AND delivered_day > 0 AND client = ?1 ORDER BY delivered`

	// sentOf are a client's entries that settle on their effective dates, as
	// sentEntries are those of a bank.
	sentOf = `SELECT coalesce(sum(s.debits), 0), coalesce(sum(s.debit_cents), 0), coalesce(sum(s.credits), 0), coalesce(sum(s.credit_cents), 0)
		FROM batches@ b INDEXED BY batches_effective@
		CROSS JOIN files@ f ON f.position = b.file JOIN filed_sums@ s ON s.file = b.file AND s.batch = b.number
		WHERE b.answers = 0 AND b.effective_on BETWEEN ?2 AND ?3 AND f.client = ?1 AND f.state NOT IN ('refused', 'released', 'held', 'rejected')
		AND (f.delivered > 0 OR f.method = 'download' AND f.cut > 0)`
)

// StatementLines lists the items made for a client on a New York day,
// YYYY-MM-DD, in log order after a position. Next is the position of the last,
// 0 at the end.
func (v *Views) StatementLines(ctx context.Context, client, day string, after int64, limit int) (lines []StatementLine, next int64, err error) {
	on, err := parseDay(day)
	if err != nil {
		return nil, 0, err
	}
	lines, err = rowsOf(ctx, v, linesOfDay, values(client, on, after, int64(limit)), func(row []value, l *StatementLine) {
		scan(row, &l.Position, &l.TransactionID, &l.ItemID, &l.Kind, &l.Direction, &l.Status, &l.Reason, &l.AmountCents, &l.MadeAt,
			&l.Code, &l.Trace, &l.FileID, &l.EffectiveOn, &l.SettledOn, &l.Name, &l.SEC, &l.Type, &l.AccountTail, &l.CompanyID)
	})
	if len(lines) == limit {
		next = lines[limit-1].Position
	}
	return lines, next, err
}

// DeliveredOn lists the files of a client that were delivered on a day.
func (v *Views) DeliveredOn(ctx context.Context, client, day string) (files []File, err error) {
	on, err := parseDay(day)
	if err != nil {
		return nil, err
	}
	return v.files(ctx, deliveredOn, client, on)
}

// Settling sums up a client's sent entries that settle on a day.
func (v *Views) Settling(ctx context.Context, client, day string) (debits, credits Sum, err error) {
	on, err := calendar.ParseDate(day)
	if err != nil || !calendar.IsBankingDay(on) {
		return debits, credits, err // an effective date on another day settles on the next banking day
	}
	first := calendar.PreviousBankingDay(on).Add(1)
	err = v.each(ctx, sentOf, values(client, first.String(), on.String()), func(row []value) {
		scan(row, &debits.Entries, &debits.Cents, &credits.Entries, &credits.Cents)
	})
	return debits, credits, err
}
