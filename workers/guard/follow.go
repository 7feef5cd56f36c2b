package guard

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// errReload says that the evaluator has to be loaded again.
var errReload = errors.New("what happened concerns many entries at once")

// follow updates the evaluator with the events of the log up to a position.
func (p *pass) follow(to int64) error {
	if to <= p.at {
		return nil
	}
	var failed error
	err := eventstore.Scan(p.ctx, p.Ledger.Store, p.at, to, func(r *eventstore.Recorded) {
		p.redated.note(r)
		if failed == nil {
			failed = p.event(r)
			p.warned.upTo(r.Position)
		}
	})
	switch {
	case err != nil:
		return err
	case errors.Is(failed, errReload):
		return p.reload()
	case failed != nil:
		return failed
	}
	p.at = to
	return nil
}

// reload loads the evaluator again, once the views show what happened.
func (p *pass) reload() error {
	if err := p.carryOut(); err != nil {
		return err
	}
	if err := p.Views.CatchUp(p.ctx); err != nil {
		return err
	}
	return p.Views.Guarding(p.ctx, func(shown *projections.Guarding) error {
		if len(shown.Owners()) == 0 {
			p.forget()
			p.redated = redated{}
			return nil
		}
		return p.load(shown)
	})
}

// event updates the evaluator with one event.
func (p *pass) event(r *eventstore.Recorded) error {
	switch r.Type {
	case "transaction.originated":
		return p.originated(r)
	case "transaction.held", "transaction.approved", "transaction.rejected", "transaction.recalled",
		"transaction.retry_requested", "transaction.reversal_requested", "transaction.return_fee_requested":
		return p.changed(r)
	case "transaction.filed":
		return p.isFiled(r)
	case "transaction.released_from_file", "file.redated", "file.given_up":
		return p.reloadForMany(r)
	case "transaction.returned":
		p.comesBack(r.Client)
	case "company.stopped", "company.lifted":
		return p.reloadForMany(r)
	case "file.cut":
		return p.reloadForCut(r)
	case "bank.configured":
		return p.reloadForBank(r)
	}
	return nil
}

// comesBack notes that a client's return rates are to be computed again.
func (p *pass) comesBack(client string) {
	if !p.concerns(client) {
		return
	}
	if p.returned == nil {
		p.returned = map[string]bool{}
	}
	p.returned[client] = true
}

// concerns reports whether there may be rules for entries of a client.
func (p *pass) concerns(client string) bool {
	return p.everybody || p.clients[client]
}

func (p *pass) originated(r *eventstore.Recorded) error {
	if !p.concerns(r.Client) {
		return nil
	}
	t, err := ledger.TransactionOf([]eventstore.Recorded{*r})
	if err != nil {
		return err
	}
	i := t.Origination()
	if e, ok := p.guarded(&t, i); ok && p.evaluator.Concerns(e.Client, e.ODFI) {
		return p.take(placeOf(r.Position, &t, i), e)
	}
	return nil
}

// changed compares the items of a transaction before an event and after it.
func (p *pass) changed(r *eventstore.Recorded) error {
	if !p.concerns(r.Client) {
		return nil
	}
	events, err := p.Ledger.Store.ReadStream(p.ctx, r.Stream, 0)
	if err != nil {
		return err
	}
	before, err := ledger.TransactionOf(events[:r.Version-1])
	if err != nil {
		return err
	}
	after, err := ledger.TransactionOf(events[:r.Version])
	if err != nil {
		return err
	}
	if slices.ContainsFunc(p.todo, func(s stop) bool { return s.transaction == after.ID && s.entry.Client == after.Client }) {
		if err := p.carryOut(); err != nil { // afterwards it is held, or counts until this event
			return err
		}
	}
	for _, i := range after.Items {
		if p.stopped[i.ID] { // not counted: its hold is to be written or read
			if i.HeldBy != nil && i.ChangedAt == r.Position {
				delete(p.stopped, i.ID)
			}
			continue
		}
		was, counted := p.guardedAs(&before, i.ID)
		is, counts := p.guardedAs(&after, i.ID)
		switch {
		case counted && !counts:
			p.leaves(i.ID, was)
		case counts && !counted && p.evaluator.Concerns(is.Client, is.ODFI):
			if is.OriginatedOn.Before(p.origins) {
				return errReload // held for long: what was originated on its day is not counted
			}
			if err := p.take(placeOf(r.Position, &after, i), is); err != nil {
				return err
			}
		}
	}
	return nil
}

// guardedAs is an item as the evaluator looks at it; ok is false where it is not in
// the transaction, or counts for nothing.
func (p *pass) guardedAs(t *domain.Transaction, item string) (e guard.Entry, ok bool) {
	i, ok := t.Item(item)
	if !ok {
		return e, false
	}
	return p.guarded(t, i)
}

func (p *pass) guarded(t *domain.Transaction, i *domain.Item) (guard.Entry, bool) {
	return t.Guarded(i, p.terms[t.ODFI()])
}

// leaves takes an entry out of the evaluator.
func (p *pass) leaves(item string, e guard.Entry) {
	if day, ok := p.moved[item]; ok {
		e.SettlesOn = day
		delete(p.moved, item)
	}
	u := e.Use()
	u.Sum = u.Negative()
	p.evaluator.Count(u)
}

// isFiled forgets the new day of an entry that the cut moved: the entry has
// been filed.
func (p *pass) isFiled(r *eventstore.Recorded) error {
	if len(p.moved) == 0 {
		return nil
	}
	var e domain.TransactionFiled
	if err := json.Unmarshal(r.Data, &e); err != nil {
		return err
	}
	delete(p.moved, e.ItemID)
	return nil
}

// reloadForMany has the evaluator loaded again for an event that concerns many entries of a
// client.
func (p *pass) reloadForMany(r *eventstore.Recorded) error {
	if !p.concerns(r.Client) {
		return nil
	}
	return errReload
}

// reloadForCut has the evaluator loaded again for a file whose entries did not come from
// the queue: its client made it, or it had left before the ledger was restored.
func (p *pass) reloadForCut(r *eventstore.Recorded) error {
	if !p.concerns(r.Client) {
		return nil
	}
	f, err := p.Ledger.File(p.ctx, strings.TrimPrefix(r.Stream, domain.FileStream("")))
	if err != nil {
		return err
	}
	if f.Opened.MadeByClient() || f.Opened.Why == domain.WhySent {
		return errReload
	}
	return nil
}

// reloadForBank has the evaluator loaded again for a bank that changed its terms:
// what waits there settles on other days.
func (p *pass) reloadForBank(r *eventstore.Recorded) error {
	var e domain.BankConfigured
	if err := json.Unmarshal(r.Data, &e); err != nil {
		return err
	}
	if before := p.terms[e.Routing]; before != nil && reflect.DeepEqual(*before, e.Terms) {
		return nil
	}
	return errReload
}
