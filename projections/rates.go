package projections

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
)

const (
	// returnedDebits are ordered by the day of the return: of debits, retries,
	// return fees, and reversals of credits. Returned prenotes count for no
	// rate, and a debit that its bank returned twice with one code counts once.
	returnedDebits = `SELECT b.company_id, r.code, r.other_day, f.id, r.txn, r.item, o.cents
		FROM items@ r INDEXED BY items_other_day@ CROSS JOIN items@ o INDEXED BY items_item@ ON o.item = r.reply_to AND o.client = r.client
		JOIN files@ f ON f.position = o.file JOIN batches@ b ON b.file = o.file AND b.number = o.batch
		WHERE r.client = ?1 AND r.other_day BETWEEN ?2 AND ?3 AND r.kind = 'Return' AND r.direction = 'FromFed'
			AND o.cents > 0 AND (o.kind = 'Origination' AND o.push = 'pull' OR o.kind IN ('Retry', 'ReturnFee')
				OR o.kind = 'Reversal' AND EXISTS(SELECT 1 FROM items@ first WHERE first.position = o.origin AND first.push = 'push'))
			AND NOT EXISTS(SELECT 1 FROM items@ e INDEXED BY items_origin@ WHERE e.origin = r.origin AND e.kind <> 'Origination' AND e.kind = 'Return'
				AND e.direction = 'FromFed' AND e.reply_to = r.reply_to AND e.code = r.code AND e.position < r.position) ORDER BY r.other_day, r.position`
	debitBatches = `SELECT b.company_id, b.effective_on, f.id, b.number, s.debits - s.zero_debits
		FROM batches@ b INDEXED BY batches_effective@ CROSS JOIN files@ f ON f.position = b.file
		JOIN filed_sums@ s ON s.file = b.file AND s.batch = b.number
		WHERE b.answers = 0 AND b.effective_on BETWEEN ?2 AND ?3 AND f.client = ?1 AND f.cut > 0 AND s.debits > s.zero_debits
		ORDER BY b.effective_on, f.position, b.number`
	batchesOfFile = `SELECT b.company_id, b.effective_on, f.id, b.number, s.debits - s.zero_debits
		FROM files@ f JOIN batches@ b ON b.file = f.position JOIN filed_sums@ s ON s.file = b.file AND s.batch = b.number
		WHERE f.id = ?1 AND b.answers = 0 AND s.debits > s.zero_debits`

	putLevel = `INSERT INTO company_rates@(client, company, class, level) VALUES(?1, ?2, ?3, ?4)
		ON CONFLICT DO UPDATE SET level = ?4`
	putStop = `INSERT INTO stopped@(client, company, class, action, reason) VALUES(?1, ?2, ?3, ?4, ?5)
		ON CONFLICT DO UPDATE SET class = ?3, action = ?4, reason = ?5`
	takeStop   = `DELETE FROM stopped@ WHERE client = ?1 AND company = ?2`
	listStops  = `SELECT client, company, class, action, reason FROM stopped@ WHERE ?1 = '' OR client = ?1 ORDER BY client, company`
	levelCount = `SELECT class, level, count(*) FROM company_rates@ GROUP BY class, level`
)

// ReturnedDebits lists the debits of a client that were returned in a window.
func (v *Views) ReturnedDebits(ctx context.Context, client string, w guard.Window) ([]guard.ReturnedDebit, error) {
	return rowsOf(ctx, v, returnedDebits, values(client, dayNumber(w.From), dayNumber(w.To)), func(row []value, d *guard.ReturnedDebit) {
		day := int64(0)
		scan(row, &d.Company, &d.Code, &day, &d.File, &d.Transaction, &d.ItemID, &d.Cents)
		d.On = dateOf(day)
	})
}

// DebitBatches lists the batches with debits of a client that settle in a window.
func (v *Views) DebitBatches(ctx context.Context, client string, w guard.Window) (list []guard.DebitBatch, err error) {
	// What is dated a day on which banks are closed settles on the next banking day.
	first, last := calendar.PreviousBankingDay(w.From).Add(1), calendar.OnOrBefore(w.To)
	err = v.read(ctx, func(s snapshot) error {
		list, err = s.debitBatches(debitBatches, client, first.String(), last.String())
		return err
	})
	return list, err
}

// DebitBatchesOf lists the batches with debits of files.
func (v *Views) DebitBatchesOf(ctx context.Context, files []string) (list []guard.DebitBatch, err error) {
	err = v.read(ctx, func(s snapshot) error {
		for _, id := range files {
			of, err := s.debitBatches(batchesOfFile, id)
			if err != nil {
				return err
			}
			list = append(list, of...)
		}
		return nil
	})
	return list, err
}

func (s snapshot) debitBatches(sql string, args ...value) (list []guard.DebitBatch, err error) {
	err = s.query(sql, args, func(row []value) error {
		var b guard.DebitBatch
		var on string
		scan(row, &b.Company, &on, &b.File, &b.Batch, &b.Debits)
		if err := settlesOn(on, &b.On); err != nil {
			return err
		}
		list = append(list, b)
		return nil
	})
	return list, err
}

// Stops lists the companies whose entries are held because too many of their
// debits were returned, of one client or of all.
func (v *Views) Stops(ctx context.Context, client string) ([]guard.Stop, error) {
	return rowsOf(ctx, v, listStops, values(client), scanStop)
}

func scanStop(row []value, one *guard.Stop) {
	scan(row, &one.Client, &one.Company, &one.Class, &one.Action, &one.Reason)
}

// Stops lists all of them as of the snapshot.
func (g *Guarding) Stops() ([]guard.Stop, error) {
	return collect(g.s, listStops, values(""), scanStop)
}

// RateLevels counts companies by class and level of their return rates.
func (v *Views) RateLevels(ctx context.Context) (counts map[[2]string]int64, err error) {
	counts = map[[2]string]int64{}
	err = v.each(ctx, levelCount, nil, func(row []value) {
		counts[[2]string{row[0].(string), row[1].(string)}] = row[2].(int64)
	})
	return counts, err
}

// company applies an event of a company's stream.
func (p *projector) company(c *logEvent) (err error) {
	client := c.recorded.Client
	switch e := c.fact.Event.(type) {
	case *domain.CompanyRateChanged:
		err = p.exec(putLevel, client, e.Company, string(e.Class), string(e.Level))
	case *domain.CompanyStopped:
		err = p.exec(putStop, client, e.Company, string(e.Class), string(e.Action), e.Reason)
	case *domain.CompanyLifted:
		err = p.exec(takeStop, client, e.Company)
	}
	return err
}
