package workers

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

const (
	// maxPairBytes bounds an append of entries that are made with their file,
	// with room for the overhead of JSON; the log accepts 16 MiB.
	maxPairBytes = 6 << 20
	pairBytes    = 3 << 10 // upper estimate for an entry without addenda
	addendaBytes = 2 * 96  // each is both in the proposal and in the entry as sent
)

// orderAppender collects the entries of an order into appends.
type orderAppender struct {
	appender
	inLog int // entries that are already in the log
	seen  int // entries of the source so far
	next  []entry
	bytes int
}

// take adds an entry, unless the log has it, and files the collected ones once
// they fill an append. An entry is two events: one begins its transaction, the
// other files it.
func (a *orderAppender) take(ctx context.Context, asked Asked) error {
	n := a.seen
	a.seen++
	if n < a.inLog {
		a.batch = asked.Batch
		return nil
	}
	size := pairBytes + addendaBytes*len(asked.Originated.Proposal.Addenda)
	if len(a.next) == a.Limits.AppendEvents/2 || len(a.next) > 0 && a.bytes+size > maxPairBytes {
		if err := a.flush(ctx, false); err != nil {
			return err
		}
	}
	e, err := a.made(ctx, n, asked)
	a.next, a.bytes = append(a.next, e), a.bytes+size
	return err
}

func (a *orderAppender) flush(ctx context.Context, last bool) error {
	_, err := a.append(ctx, a.next, len(a.next), last)
	a.next, a.bytes = a.next[:0], 0
	return err
}

// made returns the n-th entry with the event that begins its transaction.
func (a *orderAppender) made(ctx context.Context, n int, asked Asked) (entry, error) {
	e, err := a.Originated(ctx, a.opened, n, asked)
	if err != nil {
		return entry{}, err
	}
	t := domain.Transaction{Client: a.opened.Client}
	t.Evolve(domain.Fact{Event: &e, Version: 1})
	in, err := t.EntryOf(t.Origination())
	return entry{
		transaction: e.TransactionID, item: e.ItemID, version: eventstore.NewStream, batch: asked.Batch,
		code: in.Entry.Code, routing: in.Entry.Routing, cents: in.Entry.AmountCents, addenda: in.Entry.AddendaCount(),
		made: []domain.Event{e},
	}, err
}
