package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/groupcommit"
)

const (
	// roundTrip bounds each of the two round trips of a batch, including the
	// wait for the append lock. They do not use a caller's context: a caller
	// that leaves must not cancel a commit.
	roundTrip = 10 * time.Second

	firstPause = 10 * time.Millisecond // before a batch is tried again
	lastPause  = 500 * time.Millisecond
)

// writer is the one goroutine of a node that appends to the log. It collects
// waiting requests and writes them in one transaction. For every batch it reads
// the end of the log again under the lock.
type writer struct {
	store *Store
	conn  *pgx.Conn // nil until there is one
	chain eventstore.Chain
}

// run writes batches until the store closes, and completes every request that
// was sent to it.
func (w *writer) run() {
	defer w.drop()
	for {
		batch, err := w.store.queue.Next(nil)
		if err != nil {
			w.store.queue.ReplyClosed()
			return
		}
		batch.Reply(w.write(batch))
	}
}

// write returns nil when the batch is written; its requests then have their
// results and refusals. It repeats an attempt that certainly wrote nothing for
// as long as a caller waits for its outcome.
func (w *writer) write(batch *groupcommit.Batch) error {
	var lost *transaction // the one whose COMMIT got no response
	until := time.Now().Add(w.store.options.OutcomeTimeout)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		select {
		case <-w.store.failed:
			return w.store.failure
		default:
		}
		err := w.attempt(batch, &lost)
		if err == nil {
			return nil
		}
		again := isTurn(err)
		if lost != nil || errors.Is(err, eventstore.ErrAway) {
			again = true
			w.drop()
		}
		switch {
		case !again:
			return explain(err)
		case w.enough(until) && lost != nil:
			return fmt.Errorf("%w: %w", eventstore.ErrUnknownOutcome, err)
		case w.enough(until):
			return fmt.Errorf("%w: %w", eventstore.ErrAway, err)
		}
		time.Sleep(pause)
	}
}

// enough reports whether to stop the attempts: the callers have waited long
// enough, or the store closes.
func (w *writer) enough(until time.Time) bool {
	select {
	case <-w.store.closed:
		return true
	default:
		return !time.Now().Before(until)
	}
}

// attempt finds out the outcome of a lost transaction, and writes the batch
// unless that transaction did.
func (w *writer) attempt(batch *groupcommit.Batch, lost **transaction) error {
	if err := w.connect(); err != nil {
		return err
	}
	if t := *lost; t != nil {
		written, err := w.find(t)
		if err != nil {
			return away(w.conn, err)
		}
		if *lost = nil; written {
			w.store.moveTo(t.head, t.events)
			return nil
		}
	}
	t, err := w.prepare(batch)
	if err != nil {
		return errors.Join(away(w.conn, err), rollback(w.conn, err))
	}
	if len(t.events) == 0 && t.head.Position <= w.store.known().Position {
		return w.end() // only refusals, which are based on proven events
	}
	err = w.commit(t)
	if _, answered := isAnswer(err); err != nil && !answered {
		*lost = t
	}
	if err != nil {
		return away(w.conn, err)
	}
	w.store.moveTo(t.head, t.events)
	return nil
}

// end ends the transaction and thereby releases the append lock.
func (w *writer) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), roundTrip)
	defer cancel()
	_, err := w.conn.Exec(ctx, "ROLLBACK")
	return away(w.conn, err)
}

func (w *writer) connect() (err error) {
	if w.conn != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), roundTrip)
	defer cancel()
	w.conn, err = w.store.session(ctx, 0)
	return err
}

// drop ends the session, and with it a transaction that is not committed. It
// does not wait for a server that may not respond.
func (w *writer) drop() {
	if w.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_ = w.conn.Close(ctx)
	w.conn = nil
}
