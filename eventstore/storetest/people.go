package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore"
)

// RunPeople proves what every implementation of eventstore.People must do.
// open returns one without rows.
func RunPeople(t *testing.T, open func(t *testing.T) eventstore.People) {
	for sentence, prove := range people {
		t.Run(sentence, func(t *testing.T) { prove(t, open(t)) })
	}
}

var people = map[string]func(t *testing.T, s eventstore.People){
	"a row is found as it was put, and the last one counts": func(t *testing.T, s eventstore.People) {
		at := time.UnixMicro(1_800_000_000_000_001).UTC()
		for _, r := range []eventstore.PersonRow{
			{Kind: "session", ID: "1", Person: "alice", Value: []byte{0, 1}, ExpiresAt: at},
			{Kind: "session", ID: "1", Person: "bob", Value: []byte("new"), ExpiresAt: at.Add(1000)},
			{Kind: "password", ID: "1", Person: "alice", Value: []byte("never ends")},
		} {
			must(t, s.PutPersonRow(t.Context(), r))
			got, ok, err := s.PersonRow(t.Context(), r.Kind, r.ID)
			if !ok || err != nil || got.Kind != r.Kind || got.ID != r.ID || got.Person != r.Person || !bytes.Equal(got.Value, r.Value) || !got.ExpiresAt.Equal(r.ExpiresAt) {
				t.Errorf("got %+v, %t, %v; want %+v", got, ok, err, r)
			}
		}
		if _, ok, err := s.PersonRow(t.Context(), "link", "1"); ok || err != nil {
			t.Errorf("a row of another kind: %t, %v", ok, err)
		}
	},
	"the rows of a kind are listed by id, whoever they are of": func(t *testing.T, s eventstore.People) {
		past := time.UnixMicro(1).UTC()
		for _, r := range []eventstore.PersonRow{
			{Kind: "session", ID: "b", Person: "alice", Value: []byte("1"), ExpiresAt: past}, {Kind: "session", ID: "B", Person: "bob", Value: []byte("2")},
			{Kind: "link", ID: "a", Person: "alice", Value: []byte("3")},
		} {
			must(t, s.PutPersonRow(t.Context(), r))
		}
		list, err := s.PersonRows(t.Context(), "session")
		must(t, err)
		if len(list) != 2 || list[0].ID != "B" || list[0].Person != "bob" || string(list[1].Value) != "1" || !list[1].ExpiresAt.Equal(past) {
			t.Errorf("got %+v", list)
		}
		if list, err := s.PersonRows(t.Context(), "password"); len(list) != 0 || err != nil {
			t.Errorf("a kind without rows has %+v, %v", list, err)
		}
	},
	"of all who take a row one gets it": func(t *testing.T, s eventstore.People) {
		must(t, s.PutPersonRow(t.Context(), eventstore.PersonRow{Kind: "link", ID: "1", Person: "alice", Value: []byte("v")}))
		if n := atOnce(t, func() (bool, error) { _, ok, err := s.TakePersonRow(t.Context(), "link", "1"); return ok, err }); n != 1 {
			t.Errorf("%d got it", n)
		}
	},
	"of all who swap a value one does": func(t *testing.T, s eventstore.People) {
		must(t, s.PutPersonRow(t.Context(), eventstore.PersonRow{Kind: "step", ID: "alice", Person: "alice", Value: []byte("1")}))
		swap := func() (bool, error) { return s.SwapPersonRow(t.Context(), "step", "alice", []byte("1"), []byte("2")) }
		if n := atOnce(t, swap); n != 1 {
			t.Errorf("%d did", n)
		}
		if ok, err := s.SwapPersonRow(t.Context(), "step", "bob", nil, []byte("2")); ok || err != nil {
			t.Errorf("a row that is not there: %t, %v", ok, err)
		}
	},
	"a person's rows of a kind go, and what expired": func(t *testing.T, s eventstore.People) {
		now := time.UnixMicro(1_800_000_000_000_000)
		for n, r := range []eventstore.PersonRow{
			{Kind: "session", Person: "alice", ExpiresAt: now.Add(time.Hour)}, {Kind: "session", Person: "alice"},
			{Kind: "session", Person: "bob", ExpiresAt: now.Add(-time.Second)}, {Kind: "password", Person: "alice"},
		} {
			r.ID, r.Value = fmt.Sprint(n), []byte("v")
			must(t, s.PutPersonRow(t.Context(), r))
		}
		must(t, s.DeletePersonRows(t.Context(), "session", "alice"))
		must(t, s.PurgePersonRows(t.Context(), now))
		for id, kind := range []string{"session", "session", "session", "password"} {
			if _, ok, err := s.PersonRow(t.Context(), kind, fmt.Sprint(id)); ok != (kind == "password") || err != nil {
				t.Errorf("%s %d is there: %t, %v", kind, id, ok, err)
			}
		}
	},
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// atOnce has many do something and counts those who did.
func atOnce(t *testing.T, do func() (bool, error)) (n int64) {
	t.Helper()
	var did atomic.Int64
	var all sync.WaitGroup
	var failed error
	var mu sync.Mutex
	for range 8 {
		all.Go(func() {
			ok, err := do()
			if ok {
				did.Add(1)
			}
			mu.Lock()
			defer mu.Unlock()
			failed = errors.Join(failed, err)
		})
	}
	all.Wait()
	if failed != nil {
		t.Error(failed)
	}
	return did.Load()
}
