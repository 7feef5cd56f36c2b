package storetest

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

// sized is a JSON text of so many bytes.
func sized(n int) json.RawMessage {
	return append(append([]byte(`"`), bytes.Repeat([]byte("x"), n-2)...), '"')
}

// weighing is an append of n events of so many bytes each.
func weighing(stream string, n, size int) eventstore.Append {
	a := eventstore.Append{Stream: stream, Client: "c1"}
	for range n {
		a.Events = append(a.Events, eventstore.New{Type: "x.y", Data: sized(size / 2), Meta: sized(size - size/2)})
	}
	return a
}

var limits = []test{
	{"a call of the most events is taken and one more is too large", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, to("a", 0, eventstore.MaxAppend/2), to("b", 0, eventstore.MaxAppend/2))
		_, err := s.Append(t.Context(), to("c", 0, eventstore.MaxAppend), to("d", 0, 1))
		mustBe(t, err, eventstore.ErrTooLarge)
		mustStandAt(t, s, eventstore.MaxAppend)
	}},

	{"the largest event is taken and one byte more is too large", func(t *testing.T, s eventstore.Store) {
		mustAppend(t, s, weighing("a", 1, eventstore.MaxEventBytes))
		_, err := s.Append(t.Context(), weighing("b", 1, eventstore.MaxEventBytes+1))
		mustBe(t, err, eventstore.ErrTooLarge)
		mustStandAt(t, s, 1)
	}},

	{"the largest call is taken, one byte more is too large, and a page of large events is short", func(t *testing.T, s eventstore.Store) {
		const n = eventstore.MaxAppendBytes / eventstore.MaxEventBytes
		mustAppend(t, s, weighing("a", n, eventstore.MaxEventBytes))
		_, err := s.Append(t.Context(), weighing("b", n, eventstore.MaxEventBytes), to("c", 0, 1))
		mustBe(t, err, eventstore.ErrTooLarge)
		mustAppend(t, s, weighing("b", n, eventstore.MaxEventBytes))
		page, err := s.ReadAll(t.Context(), 0, 100)
		if err != nil || len(page) == 0 || len(page) == 2*n {
			t.Errorf("got a page of %d events, %v", len(page), err)
		}
		mustStandAt(t, s, 2*n)
	}},

	{"what an event must never lack is refused", func(t *testing.T, s eventstore.Store) {
		with := func(change func(*eventstore.Append)) eventstore.Append {
			a := to("a", 0, 1)
			change(&a)
			return a
		}
		for reason, appends := range map[string][]eventstore.Append{
			"no appends":       {},
			"no events":        {to("a", 0, 0)},
			"one has none":     {to("a", 0, 1), to("b", 0, 0)},
			"two keys":         {under(to("a", 0, 1), "k"), under(to("b", 0, 1), "l")},
			"an empty key":     {under(to("a", 0, 1), "")},
			"a long key":       {under(to("a", 0, 1), string(sized(600)))},
			"no stream":        {to("", 0, 1)},
			"no client":        {with(func(a *eventstore.Append) { a.Client = "" })},
			"no type":          {with(func(a *eventstore.Append) { a.Events[0].Type = "" })},
			"a long stream":    {with(func(a *eventstore.Append) { a.Stream = string(sized(600)) })},
			"stream not UTF-8": {with(func(a *eventstore.Append) { a.Stream = "a\xff" })},
			"stream U+0000":    {to("a\x00", 0, 1)},
			"client U+0000":    {with(func(a *eventstore.Append) { a.Client = "c\x001" })},
			"type U+0000":      {with(func(a *eventstore.Append) { a.Events[0].Type = "\x00" })},
			"key U+0000":       {under(to("a", 0, 1), "k\x00")},
			"data not UTF-8":   {with(func(a *eventstore.Append) { a.Events[0].Data = json.RawMessage("\"\xff\"") })},
			"meta not UTF-8":   {with(func(a *eventstore.Append) { a.Events[0].Meta = json.RawMessage("\"\xff\"") })},
		} {
			if _, err := s.Append(t.Context(), appends...); err == nil {
				t.Errorf("%s was taken", reason)
			}
		}
		mustStandAt(t, s, 0)
	}},
}
