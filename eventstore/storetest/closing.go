package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

var closing = []test{
	{"a closed log refuses everything, and closing twice is closing once", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 1))
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Errorf("the second time: %v", err)
		}
		_, err := s.Append(t.Context(), to("b", 0, 1))
		mustBe(t, err, eventstore.ErrClosed)
		_, err = s.ReadStream(t.Context(), "a", 0)
		mustBe(t, err, eventstore.ErrClosed)
		_, err = s.ReadAll(t.Context(), 0, 1)
		mustBe(t, err, eventstore.ErrClosed)
		select {
		case <-s.Failed():
			t.Error("closing is not failing")
		default:
		}
	}},

	{"closing under load gives every caller an answer", func(t *testing.T, s eventstore.Store) {
		var calls atomic.Int64
		var once sync.Once
		closed := make(chan error, 1)
		each(func(w int) {
			for {
				_, err := s.Append(t.Context(), to(fmt.Sprint(w, "/", calls.Add(1)), 0, 1))
				if errors.Is(err, eventstore.ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				if calls.Load() >= 500 {
					once.Do(func() { go func() { closed <- s.Close() }() })
				}
			}
		})
		if err := <-closed; err != nil {
			t.Error(err)
		}
	}},
}
