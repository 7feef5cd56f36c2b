package groupcommit

import (
	"context"
	"sync"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// Queue holds the calls that wait for the one writer of a store.
type Queue struct {
	linger  time.Duration
	gate    sync.RWMutex  // held while sending to the writer
	closing bool          // no more requests are sent
	appends chan *Request // to the writer
	beside  chan *Request // to the writer, a few to a batch
	closed  chan struct{} // closed when the writer is to end
	used    sync.Pool     // completed requests, for reuse

	// Only the writer uses these.
	batch   Batch
	held    *Request // was too large for its batch: first in the next
	callers int      // of the last batch
}

// NewQueue makes a queue. Linger is how long a batch waits for more calls if
// the previous one had several; a lone caller never waits.
func NewQueue(linger time.Duration) *Queue {
	return &Queue{
		linger:  linger,
		appends: make(chan *Request, eventstore.MaxAppend),
		beside:  make(chan *Request, maxBeside),
		closed:  make(chan struct{}),
	}
}

// Append implements Store.Append: it passes the call to the writer and waits
// for its outcome.
//
// If ctx ends while the call is still queued, the call ends and nothing was
// written. Once the writer has taken the call, Append waits for the outcome
// even if ctx ends. So an error of ctx always means that nothing was written.
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

// Do makes the writer apply a change beside the log in its next transaction.
func (q *Queue) Do(ctx context.Context, change any) error {
	r := q.newRequest()
	r.Beside = change
	_, err := q.submit(ctx, q.beside, r)
	return err
}

// submit waits for the outcome. The request must not be used afterwards.
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

// send puts a request into a queue of the writer, which completes all requests
// in it before it ends. Close waits for the senders.
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
