package groupcommit

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
		q := &Queue{appends: make(chan *Request, 2000), beside: make(chan *Request, 2000), closed: make(chan struct{})}
		q.callers = rapid.IntRange(0, 50).Draw(t, "last time")
		var sent []*Request
		for range rapid.IntRange(1, 200).Draw(t, "appends") {
			r := new(Queue).newRequest()
			r.Events = rapid.IntRange(1, eventstore.MaxAppend).Draw(t, "events")
			r.Bytes = rapid.SampledFrom([]int{100, 100_000, eventstore.MaxAppendBytes}).Draw(t, "bytes")
			if rapid.IntRange(0, 9).Draw(t, "walks away") == 0 {
				r.take()
			} else {
				sent = append(sent, r)
			}
			q.appends <- r
		}
		tokens := rapid.IntRange(0, 300).Draw(t, "tokens")
		for range tokens {
			r := new(Queue).newRequest()
			r.Beside = "a login"
			q.beside <- r
		}
		last := new(Queue).newRequest() // so that collect never waits for more
		last.Events, last.Bytes = 1, 1
		sent = append(sent, last)
		q.appends <- last
		for len(sent) > 0 || tokens > 0 {
			if len(sent) == 0 && len(q.beside) == 0 {
				t.Fatalf("%d token requests were lost", tokens)
			}
			logins := min(maxBeside, len(q.beside))
			b, err := q.Next(nil)
			if err != nil {
				t.Fatal(err)
			}
			if b.beside != logins {
				t.Fatalf("%d of %d logins got their turn", b.beside, logins)
			}
			if len(b.Requests) == 0 || b.events > eventstore.MaxAppend || b.bytes > maxBytes || b.beside > maxBeside {
				t.Fatalf("a batch of %d requests, %d events, %d bytes, %d tokens", len(b.Requests), b.events, b.bytes, b.beside)
			}
			for _, r := range b.Requests {
				if r.Beside != nil {
					tokens--
					continue
				}
				if len(sent) == 0 || sent[0] != r {
					t.Fatal("a request came out of order, twice, or after its caller walked away")
				}
				sent = sent[1:]
			}
			b.Reply(nil)
		}
		close(q.closed)
		if _, err := q.Next(nil); !errors.Is(err, eventstore.ErrClosed) {
			t.Fatal("the writer goes on after closing")
		}
		q.ReplyClosed()
	})
}

func TestWhoStillWaitsWhenTheLogClosesIsTold(t *testing.T) {
	q := NewQueue(0)
	held, queued, login := new(Queue).newRequest(), new(Queue).newRequest(), new(Queue).newRequest()
	q.held = held
	q.appends <- queued
	q.beside <- login
	q.ReplyClosed()
	for name, r := range map[string]*Request{"held": held, "queued": queued, "login": login} {
		select {
		case <-r.done:
			if !errors.Is(r.Err, eventstore.ErrClosed) {
				t.Errorf("%s: %v", name, r.Err)
			}
		default:
			t.Errorf("%s: no answer", name)
		}
	}
}
