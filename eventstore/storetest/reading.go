package storetest

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

var reading = []test{
	{"a stream is read in order, whole or after a version", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 2), to("b", 0, 1))
		mustAppend(t, s, to("a", 2, 3))
		for after, want := range map[int64]string{0: "12345", 2: "345", 5: "", 9: ""} {
			events, err := s.ReadStream(t.Context(), "a", after)
			if err != nil {
				t.Fatal(err)
			}
			var got string
			for _, e := range events {
				got += fmt.Sprint(e.Version)
			}
			if got != want {
				t.Errorf("after version %d: versions %q, want %q", after, got, want)
			}
		}
	}},

	{"many streams are read at once, each whole and in order", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 2), to("b", 0, 1), to("c", 0, 1))
		mustAppend(t, s, to("b", 1, 2), to("a", 2, 1))
		streams, err := s.ReadStreams(t.Context(), []string{"b", "A", "a", "b", "a\x00", "a\xff"})
		if err != nil || len(streams) != 2 {
			t.Fatalf("%d streams, %v", len(streams), err)
		}
		for name, want := range map[string]string{"a": "123", "b": "123"} {
			var got string
			for _, e := range streams[name] {
				got += fmt.Sprint(e.Version)
			}
			if got != want {
				t.Errorf("stream %s: versions %q, want %q", name, got, want)
			}
		}
		if none, err := s.ReadStreams(t.Context(), nil); err != nil || len(none) != 0 {
			t.Errorf("of none: %v, %v", none, err)
		}
	}},

	{"an unknown stream has no events", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 1))
		if events, err := s.ReadStream(t.Context(), "A", 0); err != nil || len(events) != 0 {
			t.Errorf("got %v, %v", events, err)
		}
	}},

	{"a name that no event can have has no events, and no key", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 1))
		for _, name := range []string{"", "a\x00", "a\xff"} {
			if events, err := s.ReadStream(t.Context(), name, 0); err != nil || len(events) != 0 {
				t.Errorf("stream %q: %v, %v", name, events, err)
			}
			if versions, err := s.Versions(t.Context(), []string{name, "a"}); err != nil || versions[name] != 0 || versions["a"] != 1 {
				t.Errorf("stream %q: versions %v, %v", name, versions, err)
			}
			if _, ok, err := s.Key(t.Context(), eventstore.IdempotencyKey{Client: "c1", Scope: "POST /" + name, Key: "k"}); ok || err != nil {
				t.Errorf("scope %q: %v, %v", name, ok, err)
			}
		}
	}},

	{"pages follow each other without a gap, and an empty one is the end", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 10))
		for after, want := range map[int64]int{0: 4, 4: 4, 8: 2, 10: 0, 99: 0} {
			page, err := s.ReadAll(t.Context(), after, 4)
			if err != nil || len(page) != want {
				t.Errorf("after %d: %d events, %v; want %d", after, len(page), err, want)
			}
			if len(page) > 0 && page[0].Position != after+1 {
				t.Errorf("after %d comes %d", after, page[0].Position)
			}
		}
		if page, err := s.ReadAll(t.Context(), 0, 0); err != nil || len(page) != 0 {
			t.Errorf("a page of none: %d events, %v", len(page), err)
		}
	}},

	{"the streams of a type come once for each event of it, up to that event", func(t *testing.T, s eventstore.Store) {
		filed := func(stream string, expect int64) eventstore.Append {
			a := to(stream, expect, 1)
			a.Events[0].Type = "transaction.filed"
			return a
		}
		mustAppend(t, s, to("a", 0, 2), to("b", 0, 1), to("c", 0, 1))                // 1-4
		mustAppend(t, s, filed("b", 1), to("f", 0, 1), filed("a", 2), filed("d", 0)) // 5-8
		mustAppend(t, s, to("a", 3, 1), to("b", 2, 1), filed("a", 4), filed("c", 1)) // 9-12
		mustAppend(t, s, filed("e", 0), to("e", 1, 1), filed("e", 2), filed("e", 3)) // 13-16
		for _, tt := range []struct {
			first, last int64
			want        string
		}{
			{5, 12, "b2:5 a3:7 d1:8 a5:11 c2:12 "},
			{6, 8, "a3:7 d1:8 "},
			{0, math.MaxInt64, "b2:5 a3:7 d1:8 a5:11 c2:12 e1:13 e3:15 e4:16 "},
			{1, 4, ""},
			{17, 20, ""},
		} {
			var got string
			err := s.ReadHistories(t.Context(), "transaction.filed", tt.first, tt.last, func(events []eventstore.Recorded) error {
				last := events[len(events)-1]
				got += fmt.Sprintf("%s%d:%d ", last.Stream, len(events), last.Position)
				for i, e := range events {
					if e.Stream != last.Stream || e.Version != int64(i+1) {
						t.Errorf("event %d of stream %s has version %d of %s", i, last.Stream, e.Version, e.Stream)
					}
				}
				return nil
			})
			if err != nil || got != tt.want {
				t.Errorf("%d to %d: %q, %v; want %q", tt.first, tt.last, got, err, tt.want)
			}
		}
	}},

	{"the streams of a long range come in order, and their reader may use the log", func(t *testing.T, s eventstore.Store) {
		const rounds = 6
		for round := range rounds {
			var appends []eventstore.Append
			for i := range 400 {
				appends = append(appends, to(fmt.Sprint(i), int64(round), 1))
			}
			mustAppend(t, s, appends...)
		}
		next := int64(1)
		err := s.ReadHistories(t.Context(), "story.told", 1, 400*rounds, func(events []eventstore.Recorded) error {
			if last := events[len(events)-1]; last.Position != next || int64(len(events)) != 1+(next-1)/400 {
				return fmt.Errorf("got position %d with %d events, want %d", last.Position, len(events), next)
			}
			next++
			if next%400 == 0 {
				mustAppend(t, s, to(fmt.Sprint("meanwhile/", next), 0, 1))
			}
			_, err := s.ReadStream(t.Context(), events[0].Stream, 5)
			return err
		})
		if err != nil || next != 400*rounds+1 {
			t.Errorf("stopped before position %d: %v", next, err)
		}
	}},

	{"a reader of streams can stop with its own error", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 3))
		enough := errors.New("enough")
		calls := 0
		err := s.ReadHistories(t.Context(), "story.told", 1, 3, func([]eventstore.Recorded) error { calls++; return enough })
		mustBe(t, err, enough)
		if calls != 1 {
			t.Errorf("it was called %d times", calls)
		}
	}},
}
