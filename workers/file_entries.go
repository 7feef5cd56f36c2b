package workers

import (
	"context"
	"fmt"
	"runtime"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// entryInFile is an entry as the log filed it.
type entryInFile struct {
	domain.Entry
	transaction domain.Transaction // as of the event that filed it
	item        *domain.Item
	before      domain.State // state of the item before it was filed
	batch       int
	position    int64 // of the filed event
	version     int64 // of the filed event
}

func (e *entryInFile) totals() nacha.Totals {
	p := entry{code: e.Entry.Entry.Code, routing: e.Entry.Entry.Routing, cents: e.Entry.Entry.AmountCents, addenda: e.Entry.Entry.AddendaCount()}
	return p.totals()
}

// entriesOf calls yield with each entry of a file, in the order of the file.
// Each is built from its transaction as of its filing. Account numbers stay
// sealed. The next entry replaces the one before it.
func (f *Files) entriesOf(ctx context.Context, file domain.File, yield func(*entryInFile) error) error {
	return entriesOf(ctx, f.Ledger, file, yield)
}

// yieldEvery is the number of entries, some milliseconds of work, after which
// the processor is yielded, so that a request need not wait for the end of a
// time slice.
const yieldEvery = 400

func entriesOf(ctx context.Context, l *ledger.Ledger, file domain.File, yield func(*entryInFile) error) error {
	var e entryInFile // of more than a kilobyte
	n := 0
	for _, fill := range file.Ranges {
		err := l.Store.ReadHistories(ctx, domain.TransactionFiled{}.Type(), fill.First, fill.Last, func(events []eventstore.Recorded) error {
			e = entryInFile{}
			if err := e.fold(file, events); err != nil {
				return fmt.Errorf("position %d: %w", events[len(events)-1].Position, err)
			}
			if n++; n%yieldEvery == 0 {
				runtime.Gosched()
			}
			return yield(&e)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// fold folds a transaction up to its filed event, the last of events. The bytes
// of a file do not depend on when the events happened or who caused them.
func (e *entryInFile) fold(file domain.File, events []eventstore.Recorded) error {
	last := events[len(events)-1]
	e.transaction.Client = last.Client
	for _, r := range events[:len(events)-1] {
		fact, err := ledger.FactWithoutMeta(r)
		if err != nil {
			return err
		}
		e.transaction.Evolve(fact)
	}
	fact, err := ledger.FactWithoutMeta(last)
	if err != nil {
		return err
	}
	filed, ok := fact.Event.(*domain.TransactionFiled)
	if !ok || filed.File != file.ID {
		return fmt.Errorf("%s of %s does not belong to file %s", last.Type, last.Stream, file.ID)
	}
	if e.item, ok = e.transaction.Item(filed.ItemID); !ok {
		return fmt.Errorf("%s has no item %s", last.Stream, filed.ItemID)
	}
	e.before, e.batch, e.position, e.version = e.item.State, filed.Batch, last.Position, last.Version
	e.transaction.Evolve(fact)
	if e.Entry, err = e.transaction.EntryOf(e.item); err != nil {
		return err
	}
	e.Entry.Entry.Trace = filed.Trace
	return nil
}
