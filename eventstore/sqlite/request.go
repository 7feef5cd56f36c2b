package sqlite

import (
	"sync"
	"sync/atomic"

	"github.com/achledger/achledger/eventstore"
)

// request is one call on its way through the writer.
type request struct {
	appends []eventstore.Append
	tokens  func(*connection) error // instead of appends, for calls that concern tokens
	events  int
	bytes   int

	taken  atomic.Bool   // by the writer, or back by the caller
	done   chan struct{} // receives one value when result and err are set
	result eventstore.Result
	err    error
}

var requests = sync.Pool{New: func() any { return &request{done: make(chan struct{}, 1)} }}

func newRequest() *request { return requests.Get().(*request) }

// reuse gives back a request that was answered. One that the caller walked
// away from still lies in the writer's queue.
func (r *request) reuse() {
	*r = request{done: r.done}
	requests.Put(r)
}

// take settles who owns a waiting request: the writer, to answer it, or the
// caller, to walk away. Only the first gets true.
func (r *request) take() bool { return r.taken.CompareAndSwap(false, true) }

// answer gives the caller the outcome.
func (r *request) answer(err error) {
	r.err = err
	r.done <- struct{}{}
}
