package projections

import (
	"context"
	"errors"
	"fmt"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// logEvent is an event with the data needed to apply it.
type logEvent struct {
	recorded eventstore.Recorded
	// fact is the decoded event. An event of a type that this program does not
	// know has no Event; it is skipped, but counts for its stream's version.
	fact domain.Fact
	// transaction and file are folds of the stream up to this event, for events
	// that do not contain everything that their rows need.
	transaction *domain.Transaction
	file        *domain.File
}

// known are the event types of this program.
var known = domain.Types()

func decode(r eventstore.Recorded) (domain.Fact, error) {
	if _, ok := known[r.Type]; !ok {
		return domain.Fact{Position: r.Position, Version: r.Version}, nil
	}
	return ledger.Fact(r)
}

// feed reads and decodes the log ahead of a projector.
type feed struct {
	store eventstore.Store
	page  int // events of one batch
	files *foldedFiles
}

// newFeed is for one pass over the log.
func newFeed(store eventstore.Store, page int) feed { return feed{store, page, &foldedFiles{}} }

// ErrOtherLog means that the log is not a continuation of the one that the views
// were built from.
var ErrOtherLog = errors.New("the log is not the one that the views were made from")

// batches sends the events after a head, up to and including until, in order.
// It returns nil when everything was sent. The first event of each page must
// continue the hash chain, because the database may be replaced by another
// between two pages.
func (f feed) batches(ctx context.Context, after eventstore.Head, until int64, out chan<- []logEvent) error {
	var hashes eventstore.Chain
	for after.Position < until {
		events, err := f.store.ReadAll(ctx, after.Position, int(min(int64(f.page), until-after.Position)))
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return fmt.Errorf("the log ends at position %d and not at %d", after.Position, until)
		}
		if first := &events[0]; hashes.Hash(after.Hash, first) != first.Hash {
			if err := f.holds(ctx, after); err != nil {
				return err
			}
		}
		batch := make([]logEvent, len(events))
		for i := range events {
			batch[i].recorded = events[i]
			if err := f.decode(ctx, &batch[i]); err != nil {
				return err
			}
		}
		select {
		case out <- batch:
		case <-ctx.Done():
			return ctx.Err()
		}
		last := &events[len(events)-1]
		after = eventstore.Head{Position: last.Position, Hash: last.Hash}
	}
	return nil
}

// holds returns ErrOtherLog unless the log has an event with this position and
// hash. If it has, the chain is broken by damage to the next event, which
// verify reports.
func (f feed) holds(ctx context.Context, at eventstore.Head) error {
	if at.Position == 0 {
		return nil
	}
	events, err := f.store.ReadAll(ctx, at.Position-1, 1)
	if err != nil {
		return err
	}
	if len(events) == 0 || events[0].Position != at.Position || events[0].Hash != at.Hash {
		return fmt.Errorf("%w: event %d is another one", ErrOtherLog, at.Position)
	}
	return nil
}

// decode decodes an event, and folds its stream if its rows need that.
func (f feed) decode(ctx context.Context, c *logEvent) (err error) {
	if c.fact, err = decode(c.recorded); err != nil {
		return err
	}
	switch aggregate, _, _ := cutStream(c.recorded.Stream); aggregate {
	case "transaction":
		c.transaction, err = f.transaction(ctx, c)
	case "file":
		c.file, err = f.file(ctx, c)
	}
	return err
}

// transaction folds a transaction up to an event. Nearly all events need no
// reading for that: the first of a stream, and filed as the second, which
// contains all that is needed.
func (f feed) transaction(ctx context.Context, c *logEvent) (*domain.Transaction, error) {
	if _, filed := c.fact.Event.(*domain.TransactionFiled); filed && c.recorded.Version == 2 {
		return nil, nil
	}
	client, _, _ := domain.SplitTransactionStream(c.recorded.Stream)
	t := &domain.Transaction{Client: client}
	err := f.fold(ctx, c, t, 0)
	t.Version = c.recorded.Version // set even if the newest event is of an unknown type
	return t, err
}

func (f feed) file(ctx context.Context, c *logEvent) (*domain.File, error) {
	switch c.fact.Event.(type) {
	case *domain.FileFilled, *domain.FileOffset:
		return nil, nil // a large file has many of these events
	}
	file := f.files.before(c.recorded)
	if err := f.fold(ctx, c, &file, file.Version); err != nil {
		return nil, err
	}
	f.files.keep(c.recorded.Stream, file)
	return &file, nil
}

// fold applies a stream's events after a version, up to an event, to an
// aggregate.
func (f feed) fold(ctx context.Context, c *logEvent, a interface{ Evolve(domain.Fact) }, after int64) error {
	if c.recorded.Version == after+1 {
		evolve(a, c.fact)
		return nil
	}
	events, err := f.store.ReadStream(ctx, c.recorded.Stream, after)
	if err != nil {
		return err
	}
	for _, r := range events {
		if r.Position > c.recorded.Position {
			break
		}
		fact, err := decode(r)
		if err != nil {
			return err
		}
		evolve(a, fact)
	}
	return nil
}

func evolve(a interface{ Evolve(domain.Fact) }, f domain.Fact) {
	if f.Event != nil {
		a.Evolve(f)
	}
}
