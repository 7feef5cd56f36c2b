package storetest

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
)

var appending = []test{
	{"an empty log stands at position 0 with a zero hash", func(t *testing.T, s eventstore.Store) {
		head, err := s.Head(t.Context())
		if err != nil || head != (eventstore.Head{}) {
			t.Errorf("got head %v, %v", head, err)
		}
		mustStandAt(t, s, 0)
	}},

	{"the first event is at position 1 and the next call goes on from there", func(t *testing.T, s eventstore.Store) {
		if got := mustAppend(t, s, to("a", 0, 2)); got != (eventstore.Result{First: 1, Last: 2}) {
			t.Errorf("got %v", got)
		}
		if got := mustAppend(t, s, to("b", 0, 3)); got != (eventstore.Result{First: 3, Last: 5}) {
			t.Errorf("got %v", got)
		}
		mustStandAt(t, s, 5)
	}},

	{"an event comes back as it was given", func(t *testing.T, s eventstore.Store) {
		started := time.Now().Add(-time.Second)
		data := json.RawMessage("{ \"name\" : \"Zoë  <&>\\u2028\",\t\"cents\": 9007199254740993 }")
		meta := json.RawMessage(`{"request":"r-1"}`)
		mustAppend(t, s, eventstore.Append{Stream: "a", Client: "c9", Events: []eventstore.New{{Type: "x.y", Data: data, Meta: meta}}})
		e := readAll(t, s)[0]
		if string(e.Data) != string(data) || string(e.Meta) != string(meta) {
			t.Errorf("data and meta changed to %s and %s", e.Data, e.Meta)
		}
		if e.Stream != "a" || e.Client != "c9" || e.Type != "x.y" || e.Version != 1 {
			t.Errorf("got %+v", e)
		}
		if e.EventID[6]>>4 != 7 || e.EventID[8]>>6 != 2 {
			t.Errorf("%x is not a UUIDv7", e.EventID)
		}
		if e.RecordedAt.Before(started) || e.RecordedAt.After(time.Now()) || e.RecordedAt.Nanosecond()%1000 != 0 {
			t.Errorf("it was recorded at %s, which is not now in microseconds", e.RecordedAt)
		}
	}},

	{"data and meta left out are recorded as empty objects", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, eventstore.Append{Stream: "a", Client: "c1", Events: []eventstore.New{{Type: "x.y"}}})
		if e := readAll(t, s)[0]; string(e.Data) != "{}" || string(e.Meta) != "{}" {
			t.Errorf("got %s and %s", e.Data, e.Meta)
		}
	}},

	{"one call over several streams takes contiguous positions in the order given", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("b", 0, 1))
		result := mustAppend(t, s, to("a", 0, 2), to("b", 1, 1), to("c", 0, 2))
		if result != (eventstore.Result{First: 2, Last: 6}) {
			t.Errorf("got %v", result)
		}
		var order string
		for _, e := range readAll(t, s)[1:] {
			order += e.Stream
		}
		if order != "aabcc" {
			t.Errorf("the streams came in the order %s", order)
		}
	}},

	{"several appends of one call may go to the same stream", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, 2), to("b", 0, 1), to("a", 2, 1))
		mustStandAt(t, s, 4)
		_, err := s.Append(t.Context(), to("a", 3, 1), to("a", 3, 1))
		mustBeVersionError(t, err, "a", 3)
		mustStandAt(t, s, 4)
	}},

	{"the log has reached at once what was written for a client, and no more than the head", func(t *testing.T, s eventstore.Store) {
		mustReach := func(client string, least, most int64) {
			t.Helper()
			if got, err := s.Reached(t.Context(), client); err != nil || got < least || got > most {
				t.Errorf("client %q: got %d, %v; want %d to %d", client, got, err, least, most)
			}
		}
		mustReach("", 0, 0)
		mustReach("c1", 0, 0)
		b := to("b", 0, 3)
		b.Client = "_ledger"
		mustAppend(t, s, to("a", 0, 2), b)
		_, _ = s.Append(t.Context(), to("a", 0, 1)) // is refused
		mustReach("c1", 2, 5)
		mustReach("_ledger", 5, 5)
		mustReach("", 5, 5)
	}},
}
