package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

const writers = 64

// each runs f once for every writer and waits.
func each(f func(writer int)) {
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() { f(w) })
	}
	wg.Wait()
}

var concurrency = []test{
	{"64 writers leave no gap and each finds its events where it was told", func(t *testing.T, s eventstore.Store) {
		const calls = 30
		var at sync.Map // position to stream
		each(func(w int) {
			for call := range calls {
				stream := fmt.Sprint("own/", w)
				expect := int64(call * (1 + w%3))
				result, err := s.Append(t.Context(), to(stream, expect, 1+w%3), to(fmt.Sprint("new/", w, "/", call), 0, 1))
				if err != nil {
					t.Error(err)
					return
				}
				for p := result.First; p < result.Last; p++ {
					at.Store(p, stream)
				}
				at.Store(result.Last, fmt.Sprint("new/", w, "/", call))
			}
		})
		for _, e := range readAll(t, s) {
			if stream, ok := at.Load(e.Position); !ok || stream != e.Stream {
				t.Fatalf("position %d holds stream %s, its writer was told %v", e.Position, e.Stream, stream)
			}
		}
	}},

	{"64 writers race for one stream and every version has one winner", func(t *testing.T, s eventstore.Store) {
		var won, lost atomic.Int64
		each(func(w int) {
			for {
				versions, err := s.Versions(t.Context(), []string{"contested"})
				if err != nil {
					t.Error(err)
					return
				}
				if versions["contested"] >= 100 {
					return
				}
				_, err = s.Append(t.Context(), to("contested", versions["contested"], 1))
				var version *eventstore.VersionError
				switch {
				case err == nil:
					won.Add(1)
				case errors.As(err, &version):
					lost.Add(1)
				default:
					t.Error(err)
					return
				}
			}
		})
		t.Logf("%d appends lost the race", lost.Load())
		mustStandAt(t, s, won.Load())
		if events, err := s.ReadStream(t.Context(), "contested", 0); err != nil || int64(len(events)) != won.Load() {
			t.Errorf("the stream has %d events for %d winners, %v", len(events), won.Load(), err)
		}
	}},

	{"a refused call harms none of its neighbours", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, under(to("taken", 0, 1), "k"))
		var written atomic.Int64
		each(func(w int) {
			for call := range 20 {
				stream := fmt.Sprint(w, "/", call)
				var err error
				var refused bool
				switch w % 4 {
				case 0:
					_, err = s.Append(t.Context(), to(stream, 0, 2), to("taken", 0, 1))
					refused = true
				case 1:
					_, err = s.Append(t.Context(), to(stream, 3, 1))
					refused = true
				case 2:
					_, err = s.Append(t.Context(), under(to(stream, 0, 1), "k"))
					refused = true
				default:
					_, err = s.Append(t.Context(), under(to(stream, 0, 1), stream), to(stream+"b", 0, 1))
					written.Add(2)
				}
				if refused == (err == nil) {
					t.Errorf("writer %d got %v", w, err)
				}
			}
		})
		mustStandAt(t, s, 1+written.Load())
	}},

	{"whoever has an answer finds its events, and readers never see a gap", func(t *testing.T, s eventstore.Store) {
		each(func(w int) {
			for call := range 10 {
				stream := fmt.Sprint(w, "/", call)
				result, err := s.Append(t.Context(), to(stream, 0, 2))
				if err != nil {
					t.Error(err)
					return
				}
				for _, client := range []string{"c1", ""} {
					if reached, err := s.Reached(t.Context(), client); err != nil || reached < result.Last {
						t.Errorf("client %q reached %d, %v; the answer said %d", client, reached, err, result.Last)
					}
				}
				if head, err := s.Head(t.Context()); err != nil || head.Position < result.Last {
					t.Errorf("the head is at %d, %v; the answer said %d", head.Position, err, result.Last)
				}
				if events, err := s.ReadStream(t.Context(), stream, 0); err != nil || len(events) != 2 {
					t.Errorf("the stream has %d events, %v", len(events), err)
				}
				page, err := s.ReadAll(t.Context(), max(0, result.First-20), 40)
				if err != nil {
					t.Error(err)
				}
				for i := range page[1:] {
					if page[i+1].Position != page[i].Position+1 {
						t.Errorf("position %d follows %d", page[i+1].Position, page[i].Position)
					}
				}
			}
		})
	}},
}
