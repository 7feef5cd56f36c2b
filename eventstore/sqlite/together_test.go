package sqlite_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// The events of a call to many streams are written together, many rows with one
// statement. It is refused as if they were written one by one: the error names
// the first append whose stream is at another version, and nothing is written.
func TestALargeCallIsRefusedAsASmallOneIs(t *testing.T) {
	s := open(t, t.TempDir(), sqlite.Options{})
	const streams = 40
	tell(t, s, "longer", 0, 1)
	for i := range streams {
		tell(t, s, fmt.Sprint("old/", i), 0, 2)
	}
	head := headOf(t, s)
	key := eventstore.IdempotencyKey{Client: "c1", Scope: "s", Key: "k"}
	for name, call := range map[string]func(n int) eventstore.Append{
		"to new streams": func(n int) eventstore.Append { return story(fmt.Sprint("new/", n), 0, 1) },
		"to old streams": func(n int) eventstore.Append { return story(fmt.Sprint("old/", n), 2, 1) },
		"to new and old streams": func(n int) eventstore.Append {
			return story([]string{"old/", "new/"}[n%2]+fmt.Sprint(n), int64(2-n%2*2), 2)
		},
		"of several events a stream": func(n int) eventstore.Append { return story(fmt.Sprint("new/", n), 0, 3) },
	} {
		for _, wrong := range []eventstore.Append{story("longer", 0, 1), story("shorter", 1, 1), story("longer", 2, 2)} {
			for _, at := range []int{0, 1, 15, 16, 17, streams - 1} {
				var appends []eventstore.Append
				for n := range streams {
					if n == at {
						appends = append(appends, wrong)
					}
					appends = append(appends, call(n))
				}
				appends = append(appends, story("shorter", 7, 1)) // wrong too, but a later one
				appends[streams/2].Idempotency = &key
				_, err := s.Append(t.Context(), appends...)
				var version *eventstore.VersionError
				if !errors.As(err, &version) || version.Stream != wrong.Stream || version.Expect != wrong.Expect {
					t.Fatalf("%s, %s expected at %d as number %d: %v", name, wrong.Stream, wrong.Expect, at, err)
				}
				if now := headOf(t, s); now != head {
					t.Fatalf("%s: the head moved from %d to %d", name, head.Position, now.Position)
				}
				if _, used, err := s.Key(t.Context(), key); used || err != nil {
					t.Fatalf("%s: the key of a call that was refused is used: %v", name, err)
				}
			}
		}
	}
	mustBeSound(t, s)
}

// Appends of a call that are to one stream see each other in their order.
func TestAppendsOfACallSeeTheOnesBefore(t *testing.T) {
	s := open(t, t.TempDir(), sqlite.Options{})
	var version *eventstore.VersionError
	_, err := s.Append(t.Context(), story("a", 3, 1), story("a", 0, 3))
	if !errors.As(err, &version) || version.Expect != 3 {
		t.Errorf("an append before the ones that it follows: %v", err)
	}
	_, err = s.Append(t.Context(), story("a", 0, 3), story("b", 0, 1), story("a", 3, 1), story("a", 4, 2), story("b", 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	for stream, want := range map[string]string{"a": "1 2 3 5 6 7", "b": "4 8"} {
		events, err := s.ReadStream(t.Context(), stream, 0)
		if err != nil {
			t.Fatal(err)
		}
		var at []string
		for _, e := range events {
			at = append(at, fmt.Sprint(e.Position))
		}
		if got := strings.Join(at, " "); got != want {
			t.Errorf("stream %s is at %s, want %s", stream, got, want)
		}
	}
	mustBeSound(t, s)
}

// A call whose events take more memory than is collected at once is whole, and
// its bytes are those that were given.
func TestACallOfLargeEvents(t *testing.T) {
	folder := t.TempDir()
	s := open(t, folder, sqlite.Options{})
	var appends []eventstore.Append
	for n := range 45 {
		data := json.RawMessage(`"` + strings.Repeat(fmt.Sprint(n%10), n*n*100) + `"`)
		appends = append(appends, eventstore.Append{Stream: fmt.Sprint(n), Client: "c1",
			Events: []eventstore.New{{Type: "story.told", Data: data, Meta: json.RawMessage(`{"ä":"\u0000"}`)}}})
	}
	if _, err := s.Append(t.Context(), appends...); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil { // which has the newest events in memory
		t.Fatal(err)
	}
	s = open(t, folder, sqlite.Options{})
	events, err := s.ReadAll(t.Context(), 0, 100)
	if err != nil || len(events) != len(appends) {
		t.Fatalf("%d events, %v", len(events), err)
	}
	for n, e := range events {
		if want := appends[n]; e.Stream != want.Stream || string(e.Data) != string(want.Events[0].Data) ||
			string(e.Meta) != string(want.Events[0].Meta) {
			t.Errorf("event %d has other bytes", e.Position)
		}
	}
	mustBeSound(t, s)
}

// Calls that are written in one commit have nothing to do with each other: those
// that are refused, because of a version or of a key, leave the others as they are.
func TestRefusedCallsLeaveTheOthersOfTheirCommit(t *testing.T) {
	var first sync.Once // commit: the next one takes the calls that wait meanwhile
	held, release := make(chan struct{}), make(chan struct{})
	s := open(t, t.TempDir(), sqlite.Options{Faults: sqlite.Faults{BeforeCommit: func() error {
		first.Do(func() { close(held); <-release })
		return nil
	}}})
	key := eventstore.IdempotencyKey{Client: "c1", Scope: "s", Key: "k"}
	keyed := func(stream string) eventstore.Append {
		a := story(stream, 0, 1)
		a.Idempotency = &key
		return a
	}
	calls := [][]eventstore.Append{{keyed("first"), story("old", 0, 2)}}
	for n := range 20 {
		calls = append(calls, []eventstore.Append{story(fmt.Sprint("new/", n), 0, 1)}, // written
			[]eventstore.Append{story(fmt.Sprint("a/", n), 0, 2), story(fmt.Sprint("b/", n), 0, 1)}, // written
			[]eventstore.Append{story("old", 1, 1)},                                                 // too late
			[]eventstore.Append{story(fmt.Sprint("c/", n), 0, 1), story("shorter", 1, 1)},           // too early
			[]eventstore.Append{keyed(fmt.Sprint("d/", n))})                                         // repeated
	}
	errs := make([]error, len(calls))
	var all sync.WaitGroup
	for i, call := range calls {
		all.Go(func() { _, errs[i] = s.Append(t.Context(), call...) })
		if i == 0 {
			<-held
		}
	}
	time.Sleep(20 * time.Millisecond) // until most of them wait; they are answered alike if not
	close(release)
	all.Wait()
	for i, err := range errs {
		var version *eventstore.VersionError
		var used *eventstore.KeyUsedError
		switch kind := (i + 4) % 5; {
		case i == 0, kind < 2:
			if err != nil {
				t.Errorf("call %d: %v", i, err)
			}
		case kind < 4:
			if !errors.As(err, &version) {
				t.Errorf("call %d at a wrong version: %v", i, err)
			}
		case !errors.As(err, &used) || used.Use.First != 1:
			t.Errorf("call %d with a key that was used: %v", i, err)
		}
	}
	if got, want := headOf(t, s).Position, int64(3+20*4); got != want {
		t.Errorf("%d events are in the log, want %d", got, want)
	}
	mustBeSound(t, s)
}
