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
	// roundTrip bounds each of the two round trips of a batch, the wait for the
	// append lock included. No caller's context reaches them: one who hangs up
	// must not cancel a commit.
	roundTrip = 10 * time.Second

	firstPause = 10 * time.Millisecond // before a batch is tried again
	lastPause  = 500 * time.Millisecond
)

// writer is the one goroutine of a node that appends to the log. It collects
// what waits and writes it in one transaction. What it holds in memory about the
// log is read again under the lock for every batch.
type writer struct {
	store *Store
	conn  *pgx.Conn // nil until there is one
	chain eventstore.Chain
}

// run writes batches until the store closes, and answers every request that
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

// write returns nil when the batch is written; its requests hold their results
// and refusals then. It tries again for as long as a caller waits for an
// outcome, once it is certain that the attempt before wrote nothing.
func (w *writer) write(batch *groupcommit.Batch) error {
	var lost *transaction // whose COMMIT was not answered
	until := time.Now().Add(w.store.options.Patience)
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

// enough ends the attempts: the callers have waited for long, or the store
// closes.
func (w *writer) enough(until time.Time) bool {
	select {
	case <-w.store.closed:
		return true
	default:
		return !time.Now().Before(until)
	}
}

// attempt finds out what became of a transaction that was lost, and writes the
// batch unless that was it.
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
		return w.end() // nothing but refusals, which rest on what is proven
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

// end gives the append lock back.
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
// does not wait for a server that may not answer.
func (w *writer) drop() {
	if w.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_ = w.conn.Close(ctx)
	w.conn = nil
}
