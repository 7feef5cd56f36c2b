package files

import (
	"errors"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
)

// twoClients is a log of which only the newest positions are known.
type twoClients struct {
	eventstore.Store
	last map[string]int64
	hint chan struct{}
}

func (s *twoClients) LastFor(client string) int64 { return s.last[client] }

func (s *twoClients) Notify() (<-chan struct{}, func()) { return s.hint, func() {} }

func TestAStreamWakesForItsOwnClientOnly(t *testing.T) {
	store := &twoClients{last: map[string]int64{"gym": 5, "diner": 7}, hint: make(chan struct{})}
	all := newStreams(store)
	gym, leave, err := all.open(api.Caller{Client: "gym", Key: "g"})
	if err != nil {
		t.Fatal(err)
	}
	diner, leaveToo, err := all.open(api.Caller{Client: "diner", Key: "d"})
	if err != nil {
		t.Fatal(err)
	}
	store.last["diner"] = 8
	all.look()
	select {
	case <-gym:
		t.Error("an event of another client wakes it")
	default:
	}
	select {
	case <-diner:
	default:
		t.Error("its own event does not wake it")
	}
	leave()
	leave() // twice is once
	leaveToo()
	if len(all.keys) != 0 || len(all.clients) != 0 || all.stop != nil {
		t.Errorf("left over: %v, %v", all.keys, all.clients)
	}
}

func TestAClientHasSoManyStreams(t *testing.T) {
	all := newStreams(&twoClients{last: map[string]int64{}, hint: make(chan struct{})})
	keys := []string{"a", "b", "c", "d", "e", "f"}
	for i := range maxClientStreams {
		if _, _, err := all.open(api.Caller{Client: "gym", Key: keys[i/maxStreams]}); err != nil {
			t.Fatalf("stream %d: %v", i+1, err)
		}
	}
	var p *api.Problem
	if _, _, err := all.open(api.Caller{Client: "gym", Key: "another"}); !errors.As(err, &p) || p.Status != 429 || p.RetryAfter == 0 {
		t.Errorf("one more gets %v", err)
	}
	if _, _, err := all.open(api.Caller{Client: "diner", Key: "another client's"}); err != nil {
		t.Errorf("another client gets %v", err)
	}
}
