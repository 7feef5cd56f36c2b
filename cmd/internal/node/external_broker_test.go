package node

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/freeport"
	"github.com/achledger/achledger/eventstore/relay"
)

// doorkeeper lets a broker's clients in, or refuses and counts them.
type doorkeeper struct {
	closed  atomic.Bool
	refused atomic.Int64
}

func (d *doorkeeper) Check(natsserver.ClientAuthentication) bool {
	if d.closed.Load() {
		d.refused.Add(1)
		return false
	}
	return true
}

// The passwords of the broker are changed, and for a while it refuses the one that the
// server has.
func TestABrokerThatRefusesTheLoginForAWhileIsFollowedAgain(t *testing.T) {
	dir, port, door := t.TempDir(), freeport.One(t), &doorkeeper{}
	run := func() (stop func()) {
		t.Helper()
		return startBrokerWith(t, &natsserver.Options{StoreDir: dir, Port: port, CustomClientAuthentication: door})
	}
	stop := run()
	r := serve(t, "", func(o *Options) { o.Broker = BrokerOptions{URL: fmt.Sprintf("nats://127.0.0.1:%d", port)} })
	follows := func() bool { return r.metric("achledger_relay_lag_events") == "0" }
	eventually(t, "the stream holds the whole log", follows)
	stop()
	door.closed.Store(true)
	run()
	eventually(t, "the login was refused three times", func() bool { return door.refused.Load() >= 3 })
	door.closed.Store(false)
	r.client("Harbor Gym")
	eventually(t, "the stream holds the whole log again", follows)
}

// No payment depends on the broker, and only a server that runs can reset the stream.
func TestAStreamThatLacksMessagesStopsNoStart(t *testing.T) {
	port := freeport.One(t)
	startBroker(t, port)
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	external := func(o *Options) { o.Broker, o.lookAgain = BrokerOptions{URL: url}, 20*time.Millisecond }
	r := serve(t, "", external)
	_, client := r.client("Harbor Gym")
	eventually(t, "the stream holds the whole log", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
	must(t, r.stop())
	conn, err := nats.Connect(url)
	must(t, err)
	defer conn.Close()
	js, err := jetstream.New(conn)
	must(t, err)
	must(t, js.DeleteStream(t.Context(), relay.Stream))
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: relay.Stream, Subjects: []string{relay.Subjects}, FirstSeq: 2})
	must(t, err)
	_, err = js.Publish(t.Context(), "ledger.somebody.else", nil)
	must(t, err)
	r = serve(t, r.folder, external)
	if status, _ := r.pay(client); status != http.StatusCreated {
		t.Errorf("a payment answers %d", status)
	}
	must(t, r.command("stream/reset", Nothing{}, &Nothing{}))
	eventually(t, "the stream is filled again", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
}

func TestConfigCheckAsksTheBrokerWhetherItTakesEvents(t *testing.T) {
	port := freeport.One(t)
	startBrokerWith(t, &natsserver.Options{StoreDir: t.TempDir(), Port: port, MaxPayload: 1 << 20})
	found := CheckConfig(t.Context(), Options{
		Folder: folder.Folder(t.TempDir()), Listen: "127.0.0.1:0", Broker: BrokerOptions{URL: fmt.Sprintf("nats://127.0.0.1:%d", port)},
	}, true)
	for _, f := range found {
		if f.Level == Fault && f.Field == "--nats-url" && strings.Contains(f.Says, "max_payload: 8MB") {
			return
		}
	}
	t.Errorf("a broker that takes no event is not named: %v", found)
}
