package inbound

import (
	"context"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/answers"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/seal"
)

// payment is a transaction in its current state, with its items as they were
// sent.
type payment struct {
	domain.Transaction
	stream string
	expect int64 // version in the log; Transaction also has the events decided since
	sent   map[string]domain.Entry
	number map[string]string // account number of each item when sent; missing if it cannot be read
}

// noAccount stands for an account number that does not match its record: it
// equals no number.
const noAccount = "\x00exchanged"

// readPayment folds a transaction. An account may be corrected between two
// items, so each is built as it was when it was filed.
func readPayment(ctx context.Context, l *ledger.Ledger, client, id string) (*payment, error) {
	p := &payment{stream: domain.TransactionStream(client, id), sent: map[string]domain.Entry{}, number: map[string]string{}}
	p.Client = client
	events, err := l.Store.ReadStream(ctx, p.stream, 0)
	if err != nil {
		return nil, err
	}
	for _, r := range events {
		f, err := ledger.Fact(r)
		if err != nil {
			return nil, err
		}
		p.Evolve(f)
		if filed, ok := f.Event.(*domain.TransactionFiled); ok {
			if err := p.note(l, filed.ItemID); err != nil {
				return nil, fmt.Errorf("%s: %w", p.stream, err)
			}
		}
	}
	p.expect = p.Version
	return p, nil
}

// note records an item as it was sent.
func (p *payment) note(l *ledger.Ledger, item string) (err error) {
	i, ok := p.Item(item)
	if !ok {
		return fmt.Errorf("there is no item %s", item)
	}
	if p.sent[item], err = p.EntryOf(i); err != nil {
		return err
	}
	p.number[item], err = l.OpenAccount(p.Client, p.InRecordOf(i).Account)
	switch {
	case ledger.Exchanged(err): // achledger verify reports it; the rest of the bank's file can be applied
		p.number[item] = noAccount
		return nil
	case seal.NotCheckable(err):
		return nil
	}
	return err
}

// answeredBy applies the bank's return or change, rejects our waiting items that
// it makes pointless, and holds an entry that it makes unwanted. It returns all
// events.
func (p *payment) answeredBy(e domain.Event, at time.Time) []domain.Event {
	p.evolveBy(e, at)
	events := []domain.Event{e}
	more := func(follow []domain.Event) {
		for _, f := range follow {
			p.evolveBy(f, at)
		}
		events = append(events, follow...)
	}
	more(answers.Pointless(p.Transaction))
	if in, _, ok := domain.IncomingOf(e); ok {
		more(domain.ReversalLost{ItemID: in.ItemID}.Decide(p.Transaction))
	}
	return events
}

// evolveBy applies an event that is about to be written, so that the next
// entry of the file sees it.
func (p *payment) evolveBy(e domain.Event, at time.Time) {
	p.Evolve(domain.Fact{Event: e, Meta: domain.Meta{At: at}, Version: p.Version + 1})
}
