package groupcommit

import (
	"runtime"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// Next waits for a request and collects a batch, which is valid until Reply. If
// interrupt yields an error first, it returns that; when the queue closes it
// returns ErrClosed. Only the writer calls it.
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

// add adds a request to the batch, or keeps it for the next one. A request
// whose caller has left is skipped.
func (q *Queue) add(r *Request) {
	switch {
	case !q.batch.fits(r):
		q.held = r
	case r.take():
		q.batch.add(r)
	}
}

func (q *Queue) enough() bool { return q.held != nil || q.batch.full() }

// drain adds the waiting requests. Those that change tables beside the log come
// first: they are few and small, and would otherwise wait for a full queue of
// appends.
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

// wait gives the callers of the last batch a moment to call again, as long as
// fewer than half as many requests are collected and more keep arriving. Half
// are enough: the requests that arrive during a write form the next batch, so
// under a constant load two batches of half the callers alternate. It yields
// the processor to the callers instead of sleeping, because a timer takes many
// times as long as a commit.
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

// ReplyClosed replies to the requests that still wait after the queue has
// closed; no more are sent by then.
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
