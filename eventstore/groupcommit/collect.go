package groupcommit

import (
	"runtime"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// Next waits for a request and gathers a batch behind it, which is good until
// it is answered. An error that comes from interrupt first is returned, and
// ErrClosed when the queue closes. Only the writer calls it.
func (q *Queue) Next(interrupt <-chan error) (*Batch, error) {
	if r := q.held; r != nil {
		q.held = nil
		q.add(r)
	}
	for len(q.batch.Requests) == 0 {
		select {
		case <-q.closed:
			return nil, eventstore.ErrClosed
		default:
		}
		select {
		case r := <-q.appends:
			q.add(r)
		case r := <-q.beside:
			q.add(r)
		case err := <-interrupt:
			return nil, err
		case <-q.closed:
			return nil, eventstore.ErrClosed
		}
	}
	q.drain()
	q.wait()
	q.callers = len(q.batch.Requests)
	return &q.batch, nil
}

// add takes a request into the batch, or holds it for the next one. A caller
// that walked away is passed over.
func (q *Queue) add(r *Request) {
	switch {
	case !q.batch.fits(r):
		q.held = r
	case r.take():
		q.batch.add(r)
	}
}

func (q *Queue) enough() bool { return q.held != nil || q.batch.full() }

// drain adds what waits already, the requests beside the log first: they are
// few and small, and would never get a turn behind a full queue of appends.
func (q *Queue) drain() {
	for q.batch.beside < maxBeside && q.addFrom(q.beside) {
	}
	for !q.enough() && q.addFrom(q.appends) {
	}
}

func (q *Queue) addFrom(queue <-chan *Request) bool {
	select {
	case r := <-queue:
		q.add(r)
		return true
	default:
		return false
	}
}

// wait gives callers of the last batch a moment to come again, as long as fewer
// than half as many are here and more keep coming: those that wait while a
// batch is written are the next batch, and so two of half the size alternate.
// It yields to the callers just woken instead of sleeping, because a timer
// oversleeps a commit many times over.
func (q *Queue) wait() {
	end := time.Now().Add(q.linger)
	for !q.enough() && 2*len(q.batch.Requests) < q.callers && time.Now().Before(end) {
		before := len(q.batch.Requests)
		runtime.Gosched()
		if q.drain(); len(q.batch.Requests) == before {
			return
		}
	}
}

// ReplyClosed replies to what still waits when the queue has closed; nobody sends any
// more.
func (q *Queue) ReplyClosed() {
	if q.held != nil {
		q.add(q.held)
	}
	for {
		select {
		case r := <-q.appends:
			q.batch.add(r)
		case r := <-q.beside:
			q.batch.add(r)
		default:
			q.batch.Reply(eventstore.ErrClosed)
			return
		}
	}
}
