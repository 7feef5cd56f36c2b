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

// Cut judges a page of entries that are going to be cut at an instant, and
// returns those that may be. The page has been read from the views; what it
// shows and was not judged is judged first. What the cut gives another day of
// settlement than it was judged for is judged for that one.
func (g *Guard) Cut(ctx context.Context, now time.Time, page []projections.QueuedItem) ([]projections.QueuedItem, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, err := g.judge(ctx); err != nil || g.book == nil {
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
// bank changed its terms: its entries are in the book for other days.
func (g *Guard) datedOtherwise(page []projections.QueuedItem) bool {
	return len(page) > 0 && g.book.Concerns(page[0].Client, page[0].ODFI) && !reflect.DeepEqual(page[0].Terms, g.terms[page[0].ODFI])
}

// moving is an entry that a cut gives another day of settlement than the one it
// was counted for.
type moving struct {
	entry guard.Entry // as it was counted
	to    calendar.Decision
}

// cut takes all that moves from its days before it judges the first of them for
// its new day: what leaves a day in this cut is in nobody's way on it.
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
			p.book.Count(before)
			delete(p.moved, page[i].ItemID)
			moves[page[i].ItemID] = m
		}
	}
	return slices.DeleteFunc(page, func(w projections.QueuedItem) bool {
		m, ok := moves[w.ItemID]
		return p.stopped[w.ItemID] || ok && p.stopsMoved(&w, m)
	}), nil
}

// moves reports whether the cut gives an entry that counts another day.
func (p *pass) moves(now time.Time, w *projections.QueuedItem) (m moving, ok bool, err error) {
	if p.stopped[w.ItemID] || w.AmountCents == 0 || !p.book.Concerns(w.Client, w.ODFI) {
		return m, false, nil
	}
	m.entry, m.to = w.GuardEntry(), calendar.Effective(now, w.Request())
	if day, ok := p.moved[w.ItemID]; ok {
		m.entry.SettlesOn = day
	}
	if !m.to.Due || m.to.SettlesOn == m.entry.SettlesOn {
		return m, false, nil // what is not due the cut passes over
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

// stopsMoved counts an entry for its new day, unless a rule is against that.
func (p *pass) stopsMoved(w *projections.QueuedItem, m moving) bool {
	e := m.entry
	e.SettlesOn, e.SameDay = m.to.SettlesOn, m.to.SameDay
	if v := p.book.JudgeMoved(e); v != nil {
		p.stop(stop{w.TransactionID, w.ItemID, e, *v, true})
		return true
	}
	p.book.Count(e.Use())
	p.moved[w.ItemID] = e.SettlesOn
	if len(p.book.Warnings(m.entry.Use(), nil)) == 0 { // nor was it warned of for the day it had
		p.warn(math.MaxInt64, e.Use(), nil, "transaction", w.TransactionID, "event", w.ItemID)
	}
	return false
}
