package workers

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

const (
	// maxPairBytes bounds an append of entries that are made with their file,
	// with room for what JSON adds; the log takes 16 MiB.
	maxPairBytes = 6 << 20
	pairBytes    = 3 << 10 // an entry without addenda, generously
	addendaBytes = 2 * 96  // each stands in the proposal and in the entry as sent
)

// orderAppender gathers the entries of an order into appends.
type orderAppender struct {
	appender
	inLog int // entries in the log already
	seen  int // entries of the source
	next  []entry
	bytes int
}

// take files an entry, once there are enough, unless the log has it. Each is
// two events: the one that begins its transaction, and the one that files it.
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

// made is the n-th entry with the event that begins its transaction.
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
