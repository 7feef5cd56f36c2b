package storetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
)

var contexts = []test{
	{"a context that has ended writes and reads nothing", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 1))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := s.Append(ctx, to("b", 0, 1))
		mustBe(t, err, context.Canceled)
		_, err = s.ReadStream(ctx, "a", 0)
		mustBe(t, err, context.Canceled)
		_, err = s.ReadAll(ctx, 0, 10)
		mustBe(t, err, context.Canceled)
		_, err = s.Versions(ctx, []string{"a"})
		mustBe(t, err, context.Canceled)
		_, err = s.Reached(ctx, "c1")
		mustBe(t, err, context.Canceled)
		err = s.ReadHistories(ctx, "story.told", 1, 1, func([]eventstore.Recorded) error { return nil })
		mustBe(t, err, context.Canceled)
		mustStandAt(t, s, 1)
	}},

	{"a context that ends on the way: an error means not written, an answer means written", func(t *testing.T, s eventstore.Store) {
		var mu sync.Mutex
		answered := map[string]bool{} // stream, and whether it was written
		each(func(w int) {
			for call := range 40 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(1500))*time.Microsecond)
				stream := fmt.Sprint(w, "/", call)
				_, err := s.Append(ctx, to(stream, 0, 1))
				cancel()
				if err != nil && !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
				mu.Lock()
				answered[stream] = err == nil
				mu.Unlock()
			}
		})
		mustAppend(t, s, to("last", 0, 1)) // behind everything still on its way
		written := map[string]bool{}
		for _, e := range readAll(t, s) {
			written[e.Stream] = true
		}
		in := 0
		for stream, ok := range answered {
			if written[stream] != ok {
				t.Errorf("stream %s: answered %v, written %v", stream, ok, written[stream])
			}
			if ok {
				in++
			}
		}
		t.Logf("%d of %d appends were in time", in, len(answered))
	}},
}
