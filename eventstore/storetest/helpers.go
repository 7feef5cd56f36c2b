package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/achledger/achledger/eventstore"
)

// facts are n events of one type.
func facts(n int) []eventstore.New {
	events := make([]eventstore.New, n)
	for i := range events {
		events[i] = eventstore.New{
			Type: "story.told",
			Data: json.RawMessage(fmt.Sprintf(`{"n":%d}`, i)),
			Meta: json.RawMessage(`{"by":"storetest"}`),
		}
	}
	return events
}

// to is an append of n events to a stream.
func to(stream string, expect int64, n int) eventstore.Append {
	return eventstore.Append{Stream: stream, Client: "c1", Expect: expect, Events: facts(n)}
}

// under gives an append an idempotency key.
func under(a eventstore.Append, key string) eventstore.Append {
	a.Idempotency = &eventstore.IdempotencyKey{Client: a.Client, Scope: "POST /api/transaction", Key: key}
	a.RequestHash = []byte("hash of " + key)
	return a
}

func mustAppend(t *testing.T, s eventstore.Store, appends ...eventstore.Append) eventstore.Result {
	t.Helper()
	result, err := s.Append(t.Context(), appends...)
	if err != nil {
		t.Fatalf("append: %v", err)
	}
	return result
}

func mustBe(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

func mustBeVersionError(t *testing.T, err error, stream string, expect int64) {
	t.Helper()
	var version *eventstore.VersionError
	if !errors.As(err, &version) || version.Stream != stream || version.Expect != expect {
		t.Errorf("got error %v, want a VersionError of stream %s at %d", err, stream, expect)
	}
}

func mustStandAt(t *testing.T, s eventstore.Store, position int64) {
	t.Helper()
	head, err := s.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if head.Position != position {
		t.Errorf("the log stands at position %d, want %d", head.Position, position)
	}
	if all := readAll(t, s); int64(len(all)) != position {
		t.Errorf("the log holds %d events, want %d", len(all), position)
	}
}

// readAll reads the whole log page by page and proves what always holds:
// positions and each stream's versions have no gap, times and ids never go
// back, and the hash chain ends at the head.
func readAll(t *testing.T, s eventstore.Store) []eventstore.Recorded {
	t.Helper()
	var all []eventstore.Recorded
	var before eventstore.Recorded
	lengths := map[string]int64{}
	for {
		page, err := s.ReadAll(context.Background(), before.Position, 97)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			lengths[e.Stream]++
			switch {
			case e.Position != before.Position+1:
				t.Fatalf("position %d follows %d", e.Position, before.Position)
			case e.Version != lengths[e.Stream]:
				t.Fatalf("position %d has version %d of stream %s, want %d", e.Position, e.Version, e.Stream, lengths[e.Stream])
			case e.RecordedAt.Before(before.RecordedAt):
				t.Fatalf("position %d was recorded before position %d", e.Position, before.Position)
			case string(e.EventID[:]) <= string(before.EventID[:]):
				t.Fatalf("the id of position %d is not above the one before", e.Position)
			case e.Hash != e.ChainHash(before.Hash):
				t.Fatalf("position %d breaks the hash chain", e.Position)
			}
			before = e
		}
		all = append(all, page...)
	}
	head, err := s.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if head.Position != before.Position || head.Hash != before.Hash {
		t.Fatalf("the head %d is not the newest event %d", head.Position, before.Position)
	}
	return all
}
