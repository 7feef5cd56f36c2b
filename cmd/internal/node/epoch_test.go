package node

import (
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore/relay"
)

// After a reset the stream has another epoch and the same events. By the positions
// and hashes that it kept a subscriber knows that what it read before still holds.
func TestASubscriberGoesOnAfterTheStreamWasReset(t *testing.T) {
	r := serve(t, "", nil)
	id, client := r.client("Harbor Gym")
	r.pay(client)
	r.pay(client)
	conn := r.connect(client)
	type place struct{ position, hash, epoch string }
	read := func(of jetstream.Consumer, n int) (places []place) {
		t.Helper()
		for len(places) < n {
			m, err := of.Next()
			if err != nil {
				t.Fatal(err)
			}
			h := m.Headers()
			places = append(places, place{h.Get(relay.PositionHeader), h.Get(relay.HashHeader), h.Get(relay.EpochHeader)})
		}
		return places
	}
	old := feed(t, conn, client.Key, id)
	const told = 4
	before := read(old, told)
	must(t, r.command("stream/reset", Nothing{}, &Nothing{}))
	var again jetstream.Consumer
	eventually(t, "its consumer is made again", func() (ok bool) {
		var err error
		again, err = tryFeed(conn, client.Key, id)
		return err == nil
	})
	for i, now := range read(again, told) {
		if was := before[i]; now.position != was.position || now.hash != was.hash || now.epoch == was.epoch || now.epoch == "" {
			t.Errorf("message %d is %v and was %v", i, now, was)
		}
	}
}
