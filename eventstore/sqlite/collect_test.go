package sqlite

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/eventstore"
)

// TestBatchesAreBounded fills the writer's queues and takes them apart again:
// no batch is over a bound, none is empty, and every request is in exactly one,
// in the order it came.
func TestBatchesAreBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := &Store{appends: make(chan *request, 2000), tokens: make(chan *request, 2000), closed: make(chan struct{})}
		w := &writer{copier: &copier{}, store: s, callers: rapid.IntRange(0, 50).Draw(t, "last time")}
		var sent []*request
		for range rapid.IntRange(1, 200).Draw(t, "appends") {
			r := newRequest()
			r.events = rapid.IntRange(1, eventstore.MaxAppend).Draw(t, "events")
			r.bytes = rapid.SampledFrom([]int{100, 100_000, eventstore.MaxAppendBytes}).Draw(t, "bytes")
			if rapid.IntRange(0, 9).Draw(t, "walks away") == 0 {
				r.take()
			} else {
				sent = append(sent, r)
			}
			s.appends <- r
		}
		tokens := rapid.IntRange(0, 300).Draw(t, "tokens")
		for range tokens {
			r := newRequest()
			r.tokens = func(*connection) error { return nil }
			s.tokens <- r
		}
		last := newRequest() // so that collect never waits for more
		last.events, last.bytes = 1, 1
		sent = append(sent, last)
		s.appends <- last
		for len(sent) > 0 || tokens > 0 {
			if len(sent) == 0 && len(s.tokens) == 0 {
				t.Fatalf("%d token requests were lost", tokens)
			}
			logins := min(maxTokens, len(s.tokens))
			if !w.collect() {
				t.Fatal("the writer ended")
			}
			b := w.batch
			if b.tokens != logins {
				t.Fatalf("%d of %d logins got their turn", b.tokens, logins)
			}
			if len(b.requests) == 0 || b.events > eventstore.MaxAppend || b.bytes > maxBatchBytes || b.tokens > maxTokens {
				t.Fatalf("a batch of %d requests, %d events, %d bytes, %d tokens", len(b.requests), b.events, b.bytes, b.tokens)
			}
			for _, r := range b.requests {
				if r.tokens != nil {
					tokens--
					continue
				}
				if len(sent) == 0 || sent[0] != r {
					t.Fatal("a request came out of order, twice, or after its caller walked away")
				}
				sent = sent[1:]
			}
			w.batch.answer(nil)
		}
		close(s.closed)
		if w.collect() {
			t.Fatal("the writer goes on after closing")
		}
		w.refuse()
	})
}

func TestWhoStillWaitsWhenTheLogClosesIsTold(t *testing.T) {
	s := &Store{appends: make(chan *request, 2), tokens: make(chan *request, 2), closed: make(chan struct{})}
	held, queued, token := newRequest(), newRequest(), newRequest()
	w := &writer{copier: &copier{}, store: s, held: held}
	s.appends <- queued
	s.tokens <- token
	w.refuse()
	for name, r := range map[string]*request{"held": held, "queued": queued, "token": token} {
		select {
		case <-r.done:
			if !errors.Is(r.err, eventstore.ErrClosed) {
				t.Errorf("%s: %v", name, r.err)
			}
		default:
			t.Errorf("%s: no answer", name)
		}
	}
}
