package guard

import (
	"context"
	"math"
	"reflect"
	"slices"
	"time"

	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// Cut judges a page of entries that are about to be cut at an instant, and
// returns those that may be. Entries of the page that were not judged yet are
// judged first. An entry to which the cut gives another settlement day is
// judged again for that day.
func (g *Guard) Cut(ctx context.Context, now time.Time, page []projections.QueuedItem) ([]projections.QueuedItem, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, err := g.judge(ctx); err != nil || g.evaluator == nil {
		return page, err
	}
	if g.datedOtherwise(page) {
		return nil, nil // the next pass cuts it, by the bank's new terms
	}
	p := pass{Guard: g, ctx: ledger.WithWorker(ctx, "guard")}
	page, err := p.cut(now, page)
	if err == nil {
		err = p.carryOut()
	}
	if err != nil {
		g.forget()
	}
	return page, err
}

// datedOtherwise reports whether a page, which is of one bank, was read before the
// bank changed its terms: its entries are in the evaluator for other days.
func (g *Guard) datedOtherwise(page []projections.QueuedItem) bool {
	return len(page) > 0 && g.evaluator.Concerns(page[0].Client, page[0].ODFI) && !reflect.DeepEqual(page[0].Terms, g.terms[page[0].ODFI])
}

// moving is an entry that a cut gives another day of settlement than the one it
// was counted for.
type moving struct {
	entry guard.Entry // as it was counted
	to    calendar.Decision
}

// cut first takes every entry that moves out of the count of its old day, and
// only then judges the first of them for its new day. Otherwise an entry could
// exceed the limit of a day because of another that leaves that day in the same
// cut.
func (p *pass) cut(now time.Time, page []projections.QueuedItem) ([]projections.QueuedItem, error) {
	moves := map[string]moving{} // by item
	for i := range page {
		m, ok, err := p.moves(now, &page[i])
		if err != nil {
			return page, err
		}
		if ok {
			before := m.entry.Use()
			before.Sum = before.Negative()
			p.evaluator.Count(before)
			delete(p.moved, page[i].ItemID)
			moves[page[i].ItemID] = m
		}
	}
	return slices.DeleteFunc(page, func(w projections.QueuedItem) bool {
		m, ok := moves[w.ItemID]
		return p.stopped[w.ItemID] || ok && p.stopsMoved(&w, m)
	}), nil
}

// moves reports whether the cut gives a counted entry another settlement day.
func (p *pass) moves(now time.Time, w *projections.QueuedItem) (m moving, ok bool, err error) {
	if p.stopped[w.ItemID] || w.AmountCents == 0 || !p.evaluator.Concerns(w.Client, w.ODFI) {
		return m, false, nil
	}
	m.entry, m.to = w.GuardEntry(), calendar.Effective(now, w.Request())
	if day, ok := p.moved[w.ItemID]; ok {
		m.entry.SettlesOn = day
	}
	if !m.to.Due || m.to.SettlesOn == m.entry.SettlesOn {
		return m, false, nil // the cut leaves out what is not due
	}
	if w.Version > 1 {
		t, err := p.Ledger.Transaction(p.ctx, w.Client, w.TransactionID)
		if err != nil {
			return m, false, err
		}
		if i, ok := t.Item(w.ItemID); ok {
			m.entry.Waived = i.Waived
		}
	}
	return m, true, nil
}

// stopsMoved judges an entry for its new day: it stops the entry if a rule
// forbids it, and counts it for that day otherwise.
func (p *pass) stopsMoved(w *projections.QueuedItem, m moving) bool {
	e := m.entry
	e.SettlesOn, e.SameDay = m.to.SettlesOn, m.to.SameDay
	if v := p.evaluator.JudgeMoved(e); v != nil {
		p.stop(stop{w.TransactionID, w.ItemID, e, *v, true})
		return true
	}
	p.evaluator.Count(e.Use())
	p.moved[w.ItemID] = e.SettlesOn
	if len(p.evaluator.Warnings(m.entry.Use(), nil)) == 0 { // there was no warning for the old day
		p.warn(math.MaxInt64, e.Use(), nil, "transaction", w.TransactionID, "event", w.ItemID)
	}
	return false
}
