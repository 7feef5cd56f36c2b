package groupcommit

import (
	"context"
	"sync"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// Queue is where callers wait for the one writer of a store.
type Queue struct {
	linger  time.Duration
	gate    sync.RWMutex  // held by those who send to the writer
	closing bool          // nobody sends any more
	appends chan *Request // to the writer
	beside  chan *Request // to the writer, a few to a batch
	closed  chan struct{} // tells the writer to end
	used    sync.Pool     // requests that were answered

	// The writer's own.
	batch   Batch
	held    *Request // from the queue, too large for its batch: first in the next
	callers int      // of the last batch
}

// NewQueue makes a queue. linger is how long a batch waits for more calls when
// the one before it had several; a lone caller never waits.
func NewQueue(linger time.Duration) *Queue {
	return &Queue{
		linger:  linger,
		appends: make(chan *Request, eventstore.MaxAppend),
		beside:  make(chan *Request, maxBeside),
		closed:  make(chan struct{}),
	}
}

// Append is Store.Append: it hands the call to the writer and waits for its
// outcome.
//
// A ctx that ends while the call waits for its turn ends the call: nothing
// was written. Once the writer has taken the call up, Append waits for the
// outcome whatever ctx says, so an error of ctx always means that nothing was
// written.
func (q *Queue) Append(ctx context.Context, appends []eventstore.Append) (eventstore.Result, error) {
	events, bytes, err := eventstore.Check(appends)
	if err != nil {
		return eventstore.Result{}, err
	}
	r := q.newRequest()
	r.Appends, r.Events, r.Bytes = appends, events, bytes
	r.Term, r.Switch = eventstore.TermOf(ctx), eventstore.SwitchOf(ctx)
	return q.submit(ctx, q.appends, r)
}

// Do has the writer make a change beside the log in its next transaction.
func (q *Queue) Do(ctx context.Context, change any) error {
	r := q.newRequest()
	r.Beside = change
	_, err := q.submit(ctx, q.beside, r)
	return err
}

// submit waits for the outcome. The request is not to be used afterwards.
func (q *Queue) submit(ctx context.Context, queue chan<- *Request, r *Request) (eventstore.Result, error) {
	if err := q.send(ctx, queue, r); err != nil {
		return eventstore.Result{}, err
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		if r.take() {
			return eventstore.Result{}, ctx.Err()
		}
		<-r.done
	}
	result, err := r.Result, r.Err
	q.reuse(r)
	if err != nil {
		return eventstore.Result{}, err
	}
	return result, nil
}

// send puts a request into a queue of the writer, who answers all that is in
// it before it ends. Close waits for the senders.
func (q *Queue) send(ctx context.Context, queue chan<- *Request, r *Request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	q.gate.RLock()
	defer q.gate.RUnlock()
	if q.closing {
		return eventstore.ErrClosed
	}
	select {
	case queue <- r:
		return nil
	default:
	}
	select {
	case queue <- r:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close refuses further calls and tells the writer to end.
func (q *Queue) Close() {
	q.gate.Lock()
	q.closing = true
	q.gate.Unlock()
	close(q.closed)
}

// Closing is closed when the writer is to end.
func (q *Queue) Closing() <-chan struct{} { return q.closed }
