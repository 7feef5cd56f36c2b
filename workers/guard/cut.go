package guard

import (
	"context"
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
	p := pass{Guard: g, ctx: ledger.WithWorker(ctx, "guard")}
	var failed error
	page = slices.DeleteFunc(page, func(w projections.QueuedItem) bool {
		out, err := p.out(now, &w)
		if err != nil {
			failed = err
		}
		return out
	})
	if failed == nil {
		failed = p.carryOut()
	}
	if failed != nil {
		g.forget()
	}
	return page, failed
}

// out reports whether an entry may not be cut.
func (p *pass) out(now time.Time, w *projections.QueuedItem) (bool, error) {
	switch {
	case p.stopped[w.ItemID]:
		return true, nil
	case w.AmountCents == 0 || !p.book.Concerns(w.Client, w.ODFI):
		return false, nil
	}
	decided := calendar.Effective(now, w.Request())
	if !decided.Due {
		return false, nil // the cut passes over it
	}
	e := w.GuardEntry()
	counted := e.SettlesOn
	if day, ok := p.moved[w.ItemID]; ok {
		counted = day
	}
	if counted == decided.SettlesOn {
		return false, nil
	}
	return p.move(w, e, counted, decided)
}

// move counts an entry for the day that the cut gives it, unless a rule is
// against that.
func (p *pass) move(w *projections.QueuedItem, e guard.Entry, counted calendar.Date, decided calendar.Decision) (stopped bool, err error) {
	if w.Version > 1 {
		t, err := p.Ledger.Transaction(p.ctx, w.Client, w.TransactionID)
		if err != nil {
			return true, err
		}
		if i, ok := t.Item(w.ItemID); ok {
			e.Waived = i.Waived
		}
	}
	e.SettlesOn = counted
	before := e.Use()
	before.Sum = before.Negative()
	p.book.Count(before)
	delete(p.moved, w.ItemID)
	e.SettlesOn, e.SameDay = decided.SettlesOn, decided.SameDay
	if v := p.book.JudgeMoved(e); v != nil {
		p.stop(stop{w.TransactionID, w.ItemID, e, *v, true})
		return true, nil
	}
	p.book.Count(e.Use())
	p.moved[w.ItemID] = decided.SettlesOn
	return false, nil
}
