package node

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/freeport"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// A machine whose disk was put back to an earlier time has nothing left that knows more,
// but for the stream, which is on other machines. Its payment has left, and waits again.
func TestAFolderPutBackToAnEarlierTimeBesideItsStreamDeliversNothingAgain(t *testing.T) {
	for name, away := range map[string]bool{
		"the broker is reached at the start":    false,
		"the broker comes back after the start": true,
	} {
		t.Run(name, func(t *testing.T) {
			port := freeport.One(t)
			broker := t.TempDir()
			stopBroker := startBrokerIn(t, broker, port)
			url := fmt.Sprintf("nats://127.0.0.1:%d", port)
			external := func(o *Options) { o.Broker, o.lookAgain = BrokerOptions{URL: url}, 20*time.Millisecond }
			r := serve(t, "", external)
			r.at("2026-11-24T14:40:00Z")
			id, client := r.client("Harbor Gym")
			r.pay(client) // waits for its window
			copied := filepath.Join(t.TempDir(), "ledger.db")
			r.noError(r.server.Store.(*sqlite.Store).Backup(t.Context(), copied))
			instance, err := os.ReadFile(r.folder.Instance())
			r.noError(err)
			r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1, "windows": []string{"16:30"}}}, nil)
			eventually(t, "the payment leaves", func() bool { return len(r.sent()) == 1 })
			eventually(t, "the stream holds the whole log", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
			r.noError(r.stop())

			log, err := os.ReadFile(copied)
			r.noError(err)
			r.noError(os.WriteFile(r.folder.Log(), log, 0o600))
			r.noError(os.WriteFile(r.folder.Instance(), instance, 0o600))
			r.noError(os.Remove(r.folder.Views()))
			off := func() {
				t.Helper()
				eventually(t, "delivery is off and says why", func() bool {
					on, why := r.server.Switch.Allowed("231380104")
					return !on && strings.Contains(why, "it holds")
				})
			}
			if away {
				stopBroker()
			}
			r = serve(t, r.folder, external)
			if away {
				startBrokerIn(t, broker, port)
			}
			off()
			if err := r.command("delivery/on", DeliveryOrder{ODFI: "231380104"}, &struct{}{}); err == nil || !strings.Contains(err.Error(), "stream reset") {
				t.Errorf("delivery is on, and the stream knows more than the log: %v", err)
			}
			r.noError(r.command("stream/reset", Nothing{}, &Nothing{}))
			eventually(t, "the stream holds the whole log", func() bool { return r.server.relay.Position() == r.head() })
			r.noError(r.stop())
			r = serve(t, r.folder, external)
			off()
			r.noError(r.stop())
			if n := len(r.sent()); n != 1 {
				t.Errorf("%d entries left", n)
			}
		})
	}
}

// Somebody mistyped the address of the broker.
func TestTheStreamOfAnotherLedgerSwitchesNothingOff(t *testing.T) {
	port := freeport.One(t)
	startBroker(t, port)
	external := func(o *Options) { o.Broker = BrokerOptions{URL: fmt.Sprintf("nats://127.0.0.1:%d", port)} }
	other := serve(t, "", external)
	for range 3 {
		other.client("Harbor Diner")
	}
	eventually(t, "the stream holds the whole log", func() bool { return other.metric("achledger_relay_lag_events") == "0" })
	other.noError(other.stop())
	used := serve(t, "", nil)
	used.client("Harbor Gym")
	used.noError(used.stop())
	for name, f := range map[string]folder.Folder{
		"a ledger that is used": used.folder,
		"a new ledger":          folder.Folder(filepath.Join(t.TempDir(), "data")),
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{Folder: f, Kind: folder.Sandbox, Listen: "127.0.0.1:0", Log: quietLog}
			external(&o)
			if err := Serve(t.Context(), o); !errors.Is(err, relay.ErrFork) || !strings.Contains(err.Error(), "--nats-url") {
				t.Fatalf("the server ended with %v", err)
			}
			r := serve(t, f, nil)
			if on, why := r.server.Switch.Allowed("231380104"); !on {
				t.Errorf("delivery is off: %s", why)
			}
		})
	}
}
