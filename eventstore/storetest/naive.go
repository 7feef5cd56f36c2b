package storetest

import (
	"fmt"
	"maps"

	"github.com/achledger/achledger/eventstore"
)

// naive is the log as one would write it down to explain it: a list of events
// and a map of keys, with nothing at the same time and nothing on disk.
type naive struct {
	base     int64 // position before its first event
	events   []eventstore.Recorded
	versions map[string]int64
	keys     map[eventstore.IdempotencyKey]eventstore.Result
}

func newNaive(base int64) *naive {
	return &naive{base, nil, map[string]int64{}, map[eventstore.IdempotencyKey]eventstore.Result{}}
}

// append is Store.Append.
func (n *naive) append(appends ...eventstore.Append) (eventstore.Result, error) {
	result := eventstore.Result{First: n.base + int64(len(n.events)) + 1}
	result.Last = result.First - 1
	for _, a := range appends {
		result.Last += int64(len(a.Events))
		if a.Idempotency == nil {
			continue
		}
		if use, ok := n.keys[*a.Idempotency]; ok {
			return eventstore.Result{}, &eventstore.KeyUsedError{Key: *a.Idempotency, Use: eventstore.KeyUse{First: use.First, Last: use.Last}}
		}
	}
	versions, events := maps.Clone(n.versions), n.events[:len(n.events):len(n.events)]
	for _, a := range appends {
		if versions[a.Stream] != a.Expect {
			return eventstore.Result{}, &eventstore.VersionError{Stream: a.Stream, Expect: a.Expect}
		}
		for _, e := range a.Events {
			versions[a.Stream]++
			events = append(events, eventstore.Recorded{
				Position: n.base + int64(len(events)) + 1, Stream: a.Stream, Version: versions[a.Stream],
				Client: a.Client, Type: e.Type, Data: e.Data, Meta: e.Meta,
			})
		}
	}
	n.versions, n.events = versions, events
	for _, a := range appends {
		if a.Idempotency != nil {
			n.keys[*a.Idempotency] = result
		}
	}
	return result, nil
}

// differs says how two lists of events differ in what a caller gave or was
// told; "" when they do not.
func differs(got, want []eventstore.Recorded) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d events instead of %d", len(got), len(want))
	}
	for i, g := range got {
		w := want[i]
		if g.Position != w.Position || g.Stream != w.Stream || g.Version != w.Version || g.Client != w.Client ||
			g.Type != w.Type || string(g.Data) != string(w.Data) || string(g.Meta) != string(w.Meta) {
			return fmt.Sprintf("%+v instead of %+v", g, w)
		}
	}
	return ""
}
