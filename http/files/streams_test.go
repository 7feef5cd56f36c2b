package files

import (
	"context"
	"errors"
	"testing"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/http/api"
)

// clientsOf is a log of which only the events' clients are known, by position.
type clientsOf struct {
	eventstore.Store
	clients []string
}

func (s *clientsOf) Head(context.Context) (eventstore.Head, error) {
	return eventstore.Head{Position: int64(len(s.clients))}, nil
}
func (s *clientsOf) Notify() (<-chan struct{}, func()) { return nil, func() {} }
func (s *clientsOf) ReadAll(_ context.Context, after int64, limit int) (page []eventstore.Recorded, _ error) {
	for i := after; i < int64(len(s.clients)) && len(page) < limit; i++ {
		page = append(page, eventstore.Recorded{Position: i + 1, Client: s.clients[i]})
	}
	return page, nil
}

func TestAStreamWakesForItsOwnClientOnly(t *testing.T) {
	store := &clientsOf{clients: []string{"gym", "diner"}}
	all := newStreams(store)
	gym, leave, err := all.open(api.Caller{Client: "gym", Key: "g"})
	if err != nil {
		t.Fatal(err)
	}
	diner, leaveToo, err := all.open(api.Caller{Client: "diner", Key: "d"})
	if err != nil {
		t.Fatal(err)
	}
	if store.clients = append(store.clients, "diner"); all.look(t.Context(), 2) != 3 {
		t.Error("it looked somewhere else")
	}
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
	store.clients = append(store.clients, make([]string, maxLook+1)...) // too many to look at
	all.look(t.Context(), 3)
	select {
	case <-gym:
	default:
		t.Error("it sleeps although nobody looked")
	}
	leave()
	leave() // a second call does nothing
	leaveToo()
	if len(all.keys) != 0 || len(all.clients) != 0 || all.stop != nil {
		t.Errorf("left over: %v, %v", all.keys, all.clients)
	}
}

func TestAClientHasSoManyStreams(t *testing.T) {
	all := newStreams(&clientsOf{})
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
