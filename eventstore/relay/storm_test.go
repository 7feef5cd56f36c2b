package relay

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore/testseed"
)

func TestARelayWaitsForABrokerThatIsAway(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	b.stop()
	record(log, 300)
	r := newRelay(log, b.connect())
	running(t, r)
	time.Sleep(200 * time.Millisecond)
	if r.Position() != 0 {
		t.Fatalf("the relay is at %d without a broker", r.Position())
	}
	b.start()
	waitFor(t, r, 300)
	mustEcho(t, b.connect(), log)
}

func TestABrokerWipedWhileNothingHappensIsFilledAgain(t *testing.T) {
	b, log := newBroker(t), openLog(t, t.TempDir())
	r, last := newRelay(log, b.connect()), lastOf(b)
	running(t, r)
	waitFor(t, r, record(log, 1000))
	b.stop()
	if err := os.RemoveAll(b.dir); err != nil {
		t.Fatal(err)
	}
	b.start()
	within(t, func() bool { return last() == 1000 })
	mustEcho(t, b.connect(), log)

	js, err := jetstream.New(b.connect())
	if err != nil {
		t.Fatal(err)
	}
	if err := js.DeleteStream(context.Background(), Stream); err != nil { // as an operator may
		t.Fatal(err)
	}
	within(t, func() bool { return last() == 1000 })
	mustEcho(t, b.connect(), log)
}

// TestNoStormBreaksTheEcho writes without pause while the broker is stopped,
// wiped and rolled back under two relays at once.
func TestNoStormBreaksTheEcho(t *testing.T) {
	seed := testseed.Of(t, 20261128)
	random := rand.New(rand.NewPCG(seed, 0))
	b, log := newBroker(t), openLog(t, t.TempDir())
	first, second := newRelay(log, b.connect()), newRelay(log, b.connect())
	running(t, first)
	running(t, second)

	writing, end := context.WithCancel(context.Background())
	written := make(chan struct{})
	go func() {
		defer close(written)
		for writing.Err() == nil {
			record(log, 1+random.IntN(300))
			time.Sleep(time.Millisecond)
		}
	}()
	snapshot := beside(b.dir, "snapshot")
	for i := range 9 {
		time.Sleep(time.Duration(50+i*20) * time.Millisecond)
		b.stop()
		switch i % 3 {
		case 0: // a copy of an old day
			copyFolder(t, b.dir, snapshot)
		case 1: // rolled back to it
			copyFolder(t, snapshot, b.dir)
		case 2: // wiped
			if err := os.RemoveAll(b.dir); err != nil {
				t.Fatal(err)
			}
		}
		b.start()
	}
	end()
	<-written
	head, err := log.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	last := lastOf(b)
	within(t, func() bool { return last() == head.Position })
	mustEcho(t, b.connect(), log)
	t.Logf("%d events, no gap, no duplicate", head.Position)
}

// lastOf returns the number of messages in the stream, 0 while it cannot be
// told.
func lastOf(b *broker) func() int64 {
	js := must(jetstream.New(b.connect()))
	return func() int64 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		s, err := js.Stream(ctx, Stream)
		if err != nil {
			return 0
		}
		return int64(s.CachedInfo().State.LastSeq)
	}
}

func within(t testing.TB, true func() bool) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); !true(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("not within a minute: " + fmt.Sprint(t.Name()))
		}
	}
}
