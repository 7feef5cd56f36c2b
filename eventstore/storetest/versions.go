package storetest

import (
	"testing"

	"github.com/achledger/achledger/eventstore"
)

var versions = []test{
	{"a stream that exists is not new", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 1))
		_, err := s.Append(t.Context(), to("a", eventstore.NewStream, 1))
		mustBeVersionError(t, err, "a", 0)
		mustStandAt(t, s, 1)
	}},

	{"a stream that is longer than expected refuses", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 3))
		_, err := s.Append(t.Context(), to("a", 2, 1))
		mustBeVersionError(t, err, "a", 2)
		mustStandAt(t, s, 3)
	}},

	{"a stream that is shorter than expected refuses", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 3))
		_, err := s.Append(t.Context(), to("a", 4, 1))
		mustBeVersionError(t, err, "a", 4)
		mustStandAt(t, s, 3)
	}},

	{"a stream that does not exist has no version", func(t *testing.T, s eventstore.Store) {
		for _, expect := range []int64{1, 7, -1} {
			_, err := s.Append(t.Context(), to("a", expect, 2))
			mustBeVersionError(t, err, "a", expect)
		}
		mustStandAt(t, s, 0)
	}},

	{"one refused stream refuses the whole call, wherever it stands in it", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("taken", 0, 1))
		for _, appends := range [][]eventstore.Append{
			{to("taken", 0, 1), to("a", 0, 2), to("b", 0, 2)},
			{to("a", 0, 2), to("taken", 0, 1), to("b", 0, 2)},
			{to("a", 0, 2), to("b", 0, 2), to("taken", 2, 1)},
		} {
			if _, err := s.Append(t.Context(), appends...); err == nil {
				t.Error("nothing was refused")
			}
			mustStandAt(t, s, 1)
		}
		if got := mustAppend(t, s, to("a", 0, 1), to("b", 0, 1)); got.First != 2 {
			t.Errorf("the refused calls left a gap: %v", got)
		}
		mustStandAt(t, s, 3)
	}},

	{"the versions of a thousand streams come in one call", func(t *testing.T, s eventstore.Store) {
		want := map[string]int64{"unknown": 0, `odd "name', with ☂`: 2}
		mustAppend(t, s, to(`odd "name', with ☂`, 0, 2))
		var appends []eventstore.Append
		for i := range 500 {
			stream := "transaction/c1/" + string(rune('a'+i%26)) + string(rune('a'+i/26))
			want[stream] = int64(1 + i%2)
			appends = append(appends, to(stream, 0, 1+i%2))
		}
		mustAppend(t, s, appends...)
		names := []string{"unknown"} // twice
		for name := range want {
			names = append(names, name, "no/"+name)
		}
		got, err := s.Versions(t.Context(), names)
		if err != nil {
			t.Fatal(err)
		}
		for name, version := range want {
			if v, ok := got[name]; !ok || v != version {
				t.Errorf("stream %s has version %d, want %d", name, v, version)
			}
			if v, ok := got["no/"+name]; !ok || v != 0 {
				t.Errorf("stream no/%s has version %d, %v; want 0", name, v, ok)
			}
		}
		if none, err := s.Versions(t.Context(), nil); err != nil || len(none) != 0 {
			t.Errorf("no streams: %v, %v", none, err)
		}
	}},
}
