package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/freeport"
	"github.com/achledger/achledger/eventstore/relay"
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
			log, instance := r.copiedBeforeItLeft()
			r.noError(r.stop())

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
