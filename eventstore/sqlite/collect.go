package sqlite

import (
	"fmt"
	"runtime"
	"time"

	"github.com/achledger/achledger/eventstore"
)

const (
	// maxBatchBytes bounds the data and meta of one transaction.
	maxBatchBytes = eventstore.MaxAppendBytes
	// maxTokens bounds the token requests of one transaction, so that a storm
	// of logins never stalls the log.
	maxTokens = 64
)

// batch is what one transaction holds.
type batch struct {
	requests []*request
	events   int
	bytes    int
	tokens   int
}

func (b *batch) full() bool { return b.events >= eventstore.MaxAppend }

func (b *batch) fits(r *request) bool {
	return b.events+r.events <= eventstore.MaxAppend && b.bytes+r.bytes <= maxBatchBytes
}

func (b *batch) add(r *request) {
	b.requests = append(b.requests, r)
	b.events += r.events
	b.bytes += r.bytes
	if r.tokens != nil {
		b.tokens++
	}
}

// answer ends the batch. An error is everyone's; without one each request
// keeps its own.
func (b *batch) answer(err error) {
	for i, r := range b.requests {
		if err == nil {
			r.answer(r.err)
		} else {
			r.answer(err)
		}
		b.requests[i] = nil
	}
	*b = batch{requests: b.requests[:0]}
}

// collect waits for a request and gathers a batch behind it; false means that
// the store closes.
func (w *writer) collect() bool {
	if r := w.held; r != nil {
		w.held = nil
		w.add(r)
	}
	for len(w.batch.requests) == 0 {
		select {
		case <-w.store.closed:
			return false
		default:
		}
		select {
		case r := <-w.store.appends:
			w.add(r)
		case r := <-w.store.tokens:
			w.add(r)
		case err := <-w.copier.failed:
			w.fail(fmt.Errorf("checkpoint: %w", err))
		case <-w.store.closed:
			return false
		}
	}
	w.drain()
	w.linger()
	w.callers = len(w.batch.requests)
	return true
}

// add takes a request into the batch, or holds it for the next one. A caller
// that walked away is passed over.
func (w *writer) add(r *request) {
	switch {
	case !w.batch.fits(r):
		w.held = r
	case r.take():
		w.batch.add(r)
	}
}

func (w *writer) enough() bool { return w.held != nil || w.batch.full() }

// drain adds what waits already, token requests first: they are few and
// small, and would never get a turn behind a full queue of appends.
func (w *writer) drain() {
	for w.addFrom(w.tokens()) {
	}
	for !w.enough() && w.addFrom(w.store.appends) {
	}
}

func (w *writer) addFrom(queue <-chan *request) bool {
	select {
	case r := <-queue:
		w.add(r)
		return true
	default:
		return false
	}
}

// linger waits a moment for callers of the last batch, as long as fewer than
// half as many are here and more keep coming: those that wait while a batch is
// written are the next batch, and so two of half the size alternate. It yields
// to the callers just woken instead of sleeping, because a timer oversleeps a
// commit many times over.
func (w *writer) linger() {
	end := time.Now().Add(w.store.options.Linger)
	for !w.enough() && 2*len(w.batch.requests) < w.callers && time.Now().Before(end) {
		before := len(w.batch.requests)
		runtime.Gosched()
		if w.drain(); len(w.batch.requests) == before {
			return
		}
	}
}

// refuse answers what still waits when the store has closed; nobody sends any
// more.
func (w *writer) refuse() {
	if w.held != nil {
		w.add(w.held)
	}
	for {
		select {
		case r := <-w.store.appends:
			w.batch.add(r)
		case r := <-w.store.tokens:
			w.batch.add(r)
		default:
			w.batch.answer(eventstore.ErrClosed)
			return
		}
	}
}

// tokens is the queue of token requests while the batch takes more of them.
func (w *writer) tokens() <-chan *request {
	if w.batch.tokens >= maxTokens {
		return nil
	}
	return w.store.tokens
}
