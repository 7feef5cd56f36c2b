package storetest

import (
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// hinted says whether a hint comes soon.
func hinted(hint <-chan struct{}, soon time.Duration) bool {
	select {
	case <-hint:
		return true
	case <-time.After(soon):
		return false
	}
}

var hints = []test{
	{"a commit wakes everyone who waits", func(t *testing.T, s eventstore.Store) {
		one, stopOne := s.Notify()
		two, stopTwo := s.Notify()
		defer stopOne()
		defer stopTwo()
		mustAppend(t, s, to("a", 0, 1))
		if !hinted(one, 5*time.Second) || !hinted(two, 5*time.Second) {
			t.Error("someone was not woken")
		}
	}},

	{"many commits before a look are one hint or two, and writers never wait for a reader", func(t *testing.T, s eventstore.Store) {
		hint, stop := s.Notify()
		defer stop()
		for i := range 50 {
			mustAppend(t, s, to("a", int64(i), 1))
		}
		count := 0
		for hinted(hint, 300*time.Millisecond) {
			count++
		}
		if count < 1 || count > 2 {
			t.Errorf("got %d hints", count)
		}
	}},

	{"a reader that reads after each hint misses nothing", func(t *testing.T, s eventstore.Store) {
		hint, stop := s.Notify()
		defer stop()
		const n = 200
		done := make(chan int64)
		go func() {
			var seen int64
			for seen < n && hinted(hint, 5*time.Second) {
				page, _ := s.ReadAll(t.Context(), seen, 2*n)
				seen += int64(len(page))
			}
			done <- seen
		}()
		for i := range n {
			mustAppend(t, s, to("a", int64(i), 1))
		}
		if seen := <-done; seen != n {
			t.Errorf("it saw %d of %d events", seen, n)
		}
	}},

	{"nobody is woken after stopping, twice over", func(t *testing.T, s eventstore.Store) {
		hint, stop := s.Notify()
		stop()
		stop()
		mustAppend(t, s, to("a", 0, 1))
		if hinted(hint, 300*time.Millisecond) {
			t.Error("a hint came")
		}
	}},
}
