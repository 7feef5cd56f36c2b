package groupcommit

import (
	"sync/atomic"

	"github.com/achledger/achledger/eventstore"
)

// Request is one call on its way through the writer, which sets Result or Err.
type Request struct {
	Appends []eventstore.Append
	Beside  any   // instead of Appends: a change to what lies beside the log
	Term    int64 // in which it may be written; 0: in any
	Switch  int64 // the version of the delivery switch at which it may; 0: at any
	Events  int
	Bytes   int
	Result  eventstore.Result
	Err     error // why this call alone was refused

	taken atomic.Bool   // by the writer, or back by the caller
	done  chan struct{} // receives one value when Result and Err are set
}

// newRequest is one that was used before, if there is one.
func (q *Queue) newRequest() *Request {
	if r, ok := q.used.Get().(*Request); ok {
		return r
	}
	return &Request{done: make(chan struct{}, 1)}
}

// reuse gives back a request that was answered. One that the caller walked
// away from still lies in the writer's queue.
func (q *Queue) reuse(r *Request) {
	*r = Request{done: r.done}
	q.used.Put(r)
}

// take settles who owns a waiting request: the writer, to answer it, or the
// caller, to walk away. Only the first gets true.
func (r *Request) take() bool { return r.taken.CompareAndSwap(false, true) }

// reply gives the caller the outcome.
func (r *Request) reply(err error) {
	r.Err = err
	r.done <- struct{}{}
}
