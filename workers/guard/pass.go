package guard

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/guard"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// pass is one call of the guard.
type pass struct {
	*Guard
	ctx   context.Context
	todo  []stop
	stops int

	shown   *projections.Guarding // set while the evaluator is loaded, or a file is judged
	loading bool                  // the evaluator is being loaded

	returned map[string]bool // clients that got debits returned
	again    bool            // a company was stopped: waiting entries are judged again
}

// stop is an entry that is going to be held or rejected. It is not counted.
type stop struct {
	transaction, item string
	entry             guard.Entry
	verdict           guard.Verdict
	moved             bool // a cut gave it the settlement day of entry
}

// watched compares the return rates of the clients that got debits returned
// with their levels.
func (p *pass) watched() error {
	if p.evaluator == nil {
		return nil
	}
	for client := range p.returned {
		if err := p.watch(client); err != nil {
			return err
		}
	}
	if !p.again {
		return nil
	}
	return p.reload()
}

// take judges an entry that begins to wait, or to count, at a place in the log,
// and counts it unless a rule forbids it.
func (p *pass) take(at place, e guard.Entry) error {
	if err := p.lookBack(at, &e); err != nil {
		return err
	}
	if v := p.evaluator.Judge(e); v != nil {
		p.stop(stop{transaction: at.transaction, item: at.item, entry: e, verdict: *v})
		return nil
	}
	p.evaluator.Count(e.Use())
	p.warn(at.at, e.Use(), p.evaluator.LookedBack(e), "transaction", at.transaction, "event", at.item)
	return nil
}

func (p *pass) stop(s stop) {
	p.todo = append(p.todo, s)
	p.stopped[s.item] = true
}

// atOnce is how many verdicts are written concurrently.
const atOnce = 64

// carryOut writes the verdicts. An entry that no longer waits, because it was
// recalled for example, is counted until that event is read. After a crash in
// between, the entries that are not held yet are judged again.
func (p *pass) carryOut() error {
	var mu sync.Mutex
	var free []stop
	group, ctx := errgroup.WithContext(p.ctx)
	group.SetLimit(atOnce)
	for _, s := range p.todo {
		group.Go(func() error {
			done, err := p.write(ctx, s)
			if err == nil && !done {
				mu.Lock()
				defer mu.Unlock()
				free = append(free, s)
			}
			return err
		})
	}
	err := group.Wait()
	for _, s := range free {
		delete(p.stopped, s.item)
		p.evaluator.Count(s.entry.Use())
		if s.moved {
			p.moved[s.item] = s.entry.SettlesOn
		}
	}
	p.stops += len(p.todo) - len(free)
	p.todo = nil
	return err
}

func (p *pass) write(ctx context.Context, s stop) (done bool, err error) {
	client, err := p.Clients.Client(ctx, s.entry.Client)
	if err != nil {
		return false, err
	}
	s.verdict.Deadline = client.Settings.Batching.HoldUntil(s.entry, p.terms[s.entry.ODFI]).UTC().Format(time.RFC3339)
	command := domain.Guard{ItemID: s.item, Verdict: s.verdict}
	_, err = ledger.Execute(ctx, p.Ledger, ledger.TransactionStream(s.entry.Client, s.transaction), func(t domain.Transaction) ([]domain.Event, error) {
		events, err := command.Decide(t)
		done = len(events) > 0
		return events, err
	})
	if _, asked := guard.IsAsked(s.verdict.Rule); done && err == nil && !asked {
		p.Log.Warn("an entry is stopped by a rule", "client", s.entry.Client, "transaction", s.transaction, "event", s.item,
			"rule", s.verdict.Rule, "action", s.verdict.Action, "saw", s.verdict.SawInAll(), "limit", s.verdict.Limit)
	}
	return done, err
}
