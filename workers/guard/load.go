package guard

import (
	"fmt"
	"slices"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/calendar"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// load makes the evaluator from the views: it counts what is filed, and judges each
// waiting entry at the position where it began to count.
func (p *pass) load(shown *projections.Guarding) error {
	p.forget()
	owned, err := p.rules(shown.Owners())
	if err != nil {
		return err
	}
	p.evaluator = guard.NewEvaluator(owned)
	p.owners, p.at = slices.Clone(shown.Owners()), shown.Position()
	p.clients, p.everybody = map[string]bool{}, false
	for _, o := range p.owners {
		p.clients[o.Client] = true
		p.everybody = p.everybody || o.Client == ""
	}
	p.moved, p.stopped = map[string]calendar.Date{}, map[string]bool{}
	if p.terms, err = shown.Terms(); err != nil {
		return err
	}
	stops, err := shown.Stops()
	if err != nil {
		return err
	}
	for _, s := range stops {
		p.evaluator.Stop(s)
	}
	p.watches, p.watchedOn = slices.ContainsFunc(owned, func(o guard.Owned) bool { return o.Rates != nil }), calendar.Date{}
	if err := p.filed(shown, owned); err != nil {
		return fmt.Errorf("count what is filed: %w", err)
	}
	p.shown, p.loading = shown, true
	defer func() { p.shown, p.loading = nil, false }()
	l := loading{pass: p}
	err = shown.EachQueued(l.waiting)
	if err == nil {
		err = l.before(-1)
	}
	if err != nil {
		return fmt.Errorf("judge what waits: %w", err)
	}
	p.warned.upTo(p.at)
	return p.warnRedated(shown)
}

// rules are the rules of the owners, as of the positions that the views show.
// Newer ones follow once the views show them.
func (p *pass) rules(owners []projections.Guarded) ([]guard.Owned, error) {
	owned := make([]guard.Owned, len(owners))
	for i, o := range owners {
		if o.Client == "" {
			bank, err := p.Ledger.BankAsOf(p.ctx, o.ODFI, o.Position)
			if err != nil {
				return nil, err
			}
			owned[i] = guard.Owned{ODFI: o.ODFI, Rules: bank.Rules}
			continue
		}
		client, err := ledger.LoadAsOf(p.ctx, p.Ledger, ledger.ClientStream(o.Client), o.Position)
		if err != nil {
			return nil, err
		}
		owned[i] = guard.Owned{Client: o.Client, Rules: client.Settings.Rules}
	}
	return owned, nil
}

// filed counts the entries in files, as far back as the limits may add them to
// an entry that waits.
func (p *pass) filed(shown *projections.Guarding, owned []guard.Owned) error {
	back, byDay := 0, false
	for _, o := range owned {
		for _, l := range o.Limits {
			back, byDay = max(back, 2*l.Days), byDay || l.Per == guard.PerBankingDay
		}
	}
	oldest, err := shown.Oldest()
	if err != nil {
		return err
	}
	if now := p.Ledger.Now(); oldest.IsZero() || now.Before(oldest) {
		oldest = now
	}
	p.origins = calendar.Date{}
	if err := shown.UsedBySettlement(calendar.DateOf(oldest).Add(-back-weekAndMore), p.evaluator.Count); err != nil || !byDay {
		return err
	}
	from := oldest.AddDate(0, 0, -weekAndMore)
	p.origins = calendar.NextBankingDay(calendar.OnOrAfter(calendar.DateOf(from))) // its entries were made after the banking day before
	return shown.UsedByOrigination(from, p.evaluator.Count, p.repeated)
}

// weekAndMore is longer than banks are ever closed, in days.
const weekAndMore = 10

// repeated counts a filed retry or reversal for the day on which it was made.
func (p *pass) repeated(client, transaction, item string) error {
	t, err := ledger.LoadAsOf(p.ctx, p.Ledger, ledger.TransactionStream(client, transaction), p.at)
	if err != nil {
		return err
	}
	if i, ok := t.Item(item); ok {
		i.State = domain.Pending // as it was counted
		if e, ok := p.guarded(&t, i); ok {
			e.SettlesOn = calendar.Date{} // the files say it
			p.evaluator.Count(e.Use())
		}
	}
	return nil
}

// loading judges waiting entries in the order in which they began to count.
type loading struct {
	*pass
	later []later // began to count after their own position, by an approval for one
}

type later struct {
	place place
	entry guard.Entry
}

func (l *loading) waiting(w projections.QueuedItem) error {
	if !l.evaluator.Concerns(w.Client, w.ODFI) {
		return nil
	}
	if err := l.before(w.Position); err != nil {
		return err
	}
	e := w.GuardEntry()
	at := place{at: w.Position, position: w.Position, transaction: w.TransactionID, item: w.ItemID, account: w.Account, over: w.Over}
	if w.Version == 1 {
		return l.take(at, e)
	}
	t, err := ledger.LoadAsOf(l.ctx, l.Ledger, ledger.TransactionStream(w.Client, w.TransactionID), l.at)
	if err != nil {
		return err
	}
	at.cutAt = w.CutAt
	if i, ok := t.Item(w.ItemID); ok {
		e.Waived, at.at = i.Waived, max(w.Position, w.CutAt, i.ApprovedAt)
	}
	if past, ok := t.Past(); ok {
		e.MadeFor, at.over = past.MadeFor, t.Originated.Over
		if t.Account.Fingerprint != t.Originated.Account.Fingerprint { // a correction changed the account: judge the one it had
			then, err := ledger.LoadAsOf(l.ctx, l.Ledger, ledger.TransactionStream(w.Client, w.TransactionID), at.at)
			if err != nil {
				return err
			}
			at.account = projections.AccountKey(then.Account.Fingerprint)
		}
	}
	after, _ := slices.BinarySearchFunc(l.later, at.at+1, func(l later, from int64) int { return int(l.place.at - from) })
	l.later = slices.Insert(l.later, after, later{at, e})
	return nil
}

// before judges the later entries that began to count before a log position;
// -1: all.
func (l *loading) before(position int64) error {
	for len(l.later) > 0 && (position < 0 || l.later[0].place.at < position) {
		s := l.later[0]
		l.later = l.later[1:]
		if err := l.take(s.place, s.entry); err != nil {
			return err
		}
	}
	return nil
}
