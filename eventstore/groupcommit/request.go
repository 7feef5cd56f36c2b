package groupcommit

import (
	"sync/atomic"

	"github.com/achledger/achledger/eventstore"
)

// Request is a call to the writer, which sets Result or Err.
type Request struct {
	Appends []eventstore.Append
	Beside  any   // instead of Appends: a change of tables beside the log
	Term    int64 // term in which it may be written; 0: any
	Switch  int64 // version of the delivery switch at which it may be written; 0: any
	Events  int
	Bytes   int
	Result  eventstore.Result
	Err     error // why this call alone was refused

	taken atomic.Bool   // by the writer, or taken back by the caller
	done  chan struct{} // receives one value when Result and Err are set
}

// newRequest returns a used request, if there is one, or a new one.
func (q *Queue) newRequest() *Request {
	if r, ok := q.used.Get().(*Request); ok {
		return r
	}
	return &Request{done: make(chan struct{}, 1)}
}

// reuse keeps a completed request for reuse. A request whose caller has left is
// still in the writer's queue.
func (q *Queue) reuse(r *Request) {
	*r = Request{done: r.done}
	q.used.Put(r)
}

// take decides whether the writer completes a waiting request, or its caller
// leaves. Only the first of them gets true.
func (r *Request) take() bool { return r.taken.CompareAndSwap(false, true) }

// reply gives the caller the outcome.
func (r *Request) reply(err error) {
	r.Err = err
	r.done <- struct{}{}
}
