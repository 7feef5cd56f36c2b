package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"github.com/achledger/achledger/eventstore"
)

var model = []test{
	{"one call after the other, the log answers as its naive model does", func(t *testing.T, s eventstore.Store) {
		round := 0
		rapid.Check(t, func(r *rapid.T) {
			round++
			n := newNaive(position(r, s))
			for range rapid.IntRange(1, 12).Draw(r, "calls") {
				call := drawCall(r, round, n)
				want, wantErr := n.append(call...)
				got, err := s.Append(context.Background(), call...)
				if got != want || answer(err) != answer(wantErr) {
					r.Fatalf("got %v, %s; want %v, %s", got, answer(err), want, answer(wantErr))
				}
			}
			mustEqual(r, s, n)
		})
		readAll(t, s)
	}},

	{"calls at the same time are written as if one came after the other", func(t *testing.T, s eventstore.Store) {
		round := 0
		rapid.Check(t, func(r *rapid.T) {
			round++
			n := newNaive(position(r, s))
			for range rapid.IntRange(1, 3).Draw(r, "bursts") {
				burst(r, s, n, round)
			}
			mustEqual(r, s, n)
		})
		readAll(t, s)
	}},
}

// burst makes calls at the same time and puts those that were written into
// the model, in the order of their positions: it must take them all and place
// them alike.
func burst(r *rapid.T, s eventstore.Store, n *naive, round int) {
	calls := make([][]eventstore.Append, rapid.IntRange(2, 10).Draw(r, "at once"))
	results := make([]eventstore.Result, len(calls))
	errs := make([]error, len(calls))
	for i := range calls {
		calls[i] = drawCall(r, round, n)
	}
	var wg sync.WaitGroup
	for i := range calls {
		wg.Go(func() { results[i], errs[i] = s.Append(context.Background(), calls[i]...) })
	}
	wg.Wait()
	var written []int
	for i, err := range errs {
		if answer(err) == "written" {
			written = append(written, i)
		}
	}
	sort.Slice(written, func(i, j int) bool { return results[written[i]].First < results[written[j]].First })
	for _, i := range written {
		if want, err := n.append(calls[i]...); err != nil || want != results[i] {
			r.Fatalf("a call was written at %v; after those before it, it should be %v, %v", results[i], want, err)
		}
	}
	for i, err := range errs {
		var used *eventstore.KeyUsedError
		if errors.As(err, &used) && n.keys[used.Key] != (eventstore.Result{First: used.Use.First, Last: used.Use.Last}) {
			r.Fatalf("call %d heard of a use at %+v that never was", i, used.Use)
		}
	}
}

// drawCall draws a call over a few streams, mostly at the right versions.
func drawCall(r *rapid.T, round int, n *naive) []eventstore.Append {
	call := make([]eventstore.Append, rapid.IntRange(1, 3).Draw(r, "appends"))
	moved := map[string]int64{}
	for i := range call {
		a := &call[i]
		a.Stream = fmt.Sprintf("%d/%d", round, rapid.IntRange(0, 4).Draw(r, "stream"))
		a.Client = rapid.SampledFrom([]string{"c1", "c2", "_ledger"}).Draw(r, "client")
		off := rapid.SampledFrom([]int64{0, 0, 0, 0, 0, 0, -1, 1, 2}).Draw(r, "off by")
		a.Expect = n.versions[a.Stream] + moved[a.Stream] + off
		for range rapid.IntRange(1, 3).Draw(r, "events") {
			text, _ := json.Marshal(rapid.String().Draw(r, "text"))
			a.Events = append(a.Events, eventstore.New{Type: "story.told", Data: text, Meta: json.RawMessage(`{}`)})
		}
		moved[a.Stream] += int64(len(a.Events))
	}
	if key := rapid.IntRange(0, 5).Draw(r, "key"); key < 3 {
		a := &call[rapid.IntRange(0, len(call)-1).Draw(r, "keyed")]
		*a = under(*a, fmt.Sprintf("%d/%d", round, key))
	}
	return call
}

// answer is what a caller learns from an error.
func answer(err error) string {
	var version *eventstore.VersionError
	var used *eventstore.KeyUsedError
	switch {
	case err == nil:
		return "written"
	case errors.As(err, &version):
		return fmt.Sprintf("stream %s is not at %d", version.Stream, version.Expect)
	case errors.As(err, &used):
		return fmt.Sprintf("key %v used at %d-%d", used.Key, used.Use.First, used.Use.Last)
	default:
		return err.Error()
	}
}

func position(r *rapid.T, s eventstore.Store) int64 {
	head, err := s.Head(context.Background())
	if err != nil {
		r.Fatal(err)
	}
	return head.Position
}

// mustEqual compares the log with the model: all events, each stream, each
// version, each key.
func mustEqual(r *rapid.T, s eventstore.Store, n *naive) {
	ctx := context.Background()
	all, err := s.ReadAll(ctx, n.base, len(n.events)+1)
	if diff := differs(all, n.events); err != nil || diff != "" {
		r.Fatalf("the log: %s, %v", diff, err)
	}
	var names []string
	for name := range n.versions {
		names = append(names, name)
		var want []eventstore.Recorded
		for _, e := range n.events {
			if e.Stream == name {
				want = append(want, e)
			}
		}
		got, err := s.ReadStream(ctx, name, 0)
		if diff := differs(got, want); err != nil || diff != "" {
			r.Fatalf("stream %s: %s, %v", name, diff, err)
		}
	}
	got, err := s.Versions(ctx, names)
	if err != nil || fmt.Sprint(got) != fmt.Sprint(n.versions) {
		r.Fatalf("versions %v, %v; want %v", got, err, n.versions)
	}
	for key, result := range n.keys {
		use, ok, err := s.Key(ctx, key)
		if err != nil || !ok || use.First != result.First || use.Last != result.Last {
			r.Fatalf("key %v: %+v, %v, %v; want %v", key, use, ok, err, result)
		}
	}
}
