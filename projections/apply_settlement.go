package projections

import (
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
)

const (
	addSettled = `INSERT INTO settled@(odfi, day, file, answers, debits, debit_cents, credits, credit_cents)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
		ON CONFLICT DO UPDATE SET debits = debits + ?5, debit_cents = debit_cents + ?6,
			credits = credits + ?7, credit_cents = credit_cents + ?8`
	addFiled = `INSERT INTO filed_sums@(file, batch, debits, debit_cents, credits, credit_cents, zero_debits, zero_credits)
		VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
		ON CONFLICT DO UPDATE SET debits = debits + ?3, debit_cents = debit_cents + ?4,
			credits = credits + ?5, credit_cents = credit_cents + ?6,
			zero_debits = zero_debits + ?7, zero_credits = zero_credits + ?8`
	endFiled = `DELETE FROM filed_sums@ WHERE file = ?1 AND batch = ?2
		AND debits = 0 AND debit_cents = 0 AND credits = 0 AND credit_cents = 0
		AND zero_debits = 0 AND zero_credits = 0`
	findFilingOf = `SELECT file, batch FROM items@ WHERE position = ?1`
)

// sides are the numbers and cents of debits and credits, and how many of each
// have an amount of zero.
type sides struct{ debits, debitCents, credits, creditCents, zeroDebits, zeroCredits int64 }

func (s *sides) add(debit bool, n, cents int64) {
	zeros := int64(0)
	if cents == 0 {
		zeros = n
	}
	if debit {
		s.debits, s.debitCents, s.zeroDebits = s.debits+n, s.debitCents+cents, s.zeroDebits+zeros
	} else {
		s.credits, s.creditCents, s.zeroCredits = s.credits+n, s.creditCents+cents, s.zeroCredits+zeros
	}
}

// settledKey and filedKey are the keys of the sums of money. The changes that a
// batch of events makes to them are written once per batch.
type settledKey struct {
	odfi    string
	day     int64
	file    int64
	answers bool
}

type filedKey struct{ file, batch int64 }

func sumOf[K comparable](m map[K]*sides, k K) *sides {
	if m[k] == nil {
		m[k] = &sides{}
	}
	return m[k]
}

// settled counts an entry of a file that came from the bank, which is the first
// time that it is placed.
func (p *projector) settled(file int64, e *nacha.Entry, on string, answers bool) error {
	if !e.Settles() || len(e.Routing) < 8 {
		return nil
	}
	day, err := parseDay(on)
	if err != nil {
		return nil // the bank gave no valid settlement day, so there is nothing to reconcile with
	}
	sumOf(p.settledSums, settledKey{e.Routing[:8], day, file, answers}).add(nacha.TransactionCode(e.Code).Debit(), 1, e.AmountCents)
	return nil
}

// filedSum adds an item of ours to the sums of its batch.
func (p *projector) filedSum(file int64, batch int, debit bool, n, cents int64) {
	sumOf(p.filedSums, filedKey{file, int64(batch)}).add(debit, n, cents)
}

// refiled adds items of ours to, or removes them from, the sums of their
// batches, for events that do not contain everything. It uses the rows as they
// were before the event.
func (p *projector) refiled(c *logEvent) error {
	if c.transaction == nil {
		return nil
	}
	switch e := c.fact.Event.(type) {
	case *domain.TransactionFiled:
		file, err := p.refOf(e.File)
		if err != nil {
			return err
		}
		return p.countFiled(c, e.ItemID, file, e.Batch, 1)
	case *domain.TransactionReleasedFromFile:
		i, ok := c.transaction.Item(e.ItemID)
		if !ok {
			return nil
		}
		row, err := p.c.Row(findFilingOf, i.Position)
		if err != nil || row == nil || row[0] == nil {
			return err
		}
		return p.countFiled(c, e.ItemID, row[0].(int64), int(row[1].(int64)), -1)
	}
	return nil
}

func (p *projector) countFiled(c *logEvent, item string, file int64, batch int, n int64) error {
	i, ok := c.transaction.Item(item)
	if !ok {
		return nil
	}
	e, err := c.transaction.EntryOf(i)
	if err != nil {
		p.log.Warn("an item that was filed makes no entry", "position", c.recorded.Position, "err", err)
		return nil
	}
	p.filedSum(file, batch, nacha.TransactionCode(e.Entry.Code).Debit(), n, n*e.Entry.AmountCents)
	return nil
}

// writeMoney writes the collected changes.
func (p *projector) writeMoney() error {
	for k, s := range p.settledSums {
		if err := p.exec(addSettled, k.odfi, k.day, k.file, k.answers, s.debits, s.debitCents, s.credits, s.creditCents); err != nil {
			return fmt.Errorf("settlement of %s: %w", k.odfi, err)
		}
	}
	for k, s := range p.filedSums {
		if *s == (sides{}) {
			continue
		}
		if err := p.exec(addFiled, k.file, k.batch, s.debits, s.debitCents, s.credits, s.creditCents, s.zeroDebits, s.zeroCredits); err != nil {
			return fmt.Errorf("sums of batch %d: %w", k.batch, err)
		}
		if err := p.exec(endFiled, k.file, k.batch); err != nil {
			return fmt.Errorf("sums of batch %d: %w", k.batch, err)
		}
	}
	clear(p.settledSums)
	clear(p.filedSums)
	return nil
}
