package node

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/achledger/achledger/eventstore/sqlite"
)

// The file of the log is overwritten by an older copy, in which a payment waits that
// has left since. Folder and file are the same as before, and the copy is newer than
// the last start.
func TestAnOlderLogInAFolderDeliversNothingAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		views, stream, noted bool
		why                  string
	}{
		"its views show more":       {views: true, why: "this node had read event"},
		"its stream has more":       {stream: true, why: "it holds"},
		"it was noted while it ran": {noted: true, why: "an older copy was put in its place"},
	} {
		t.Run(name, func(t *testing.T) {
			r := serve(t, "", func(o *Options) { o.noteEvery = 10 * time.Millisecond })
			copied, first := r.copiedBeforeItLeft()
			head, noted := r.head(), first
			eventually(t, "the log's position is noted", func() bool {
				var now struct{ Position int64 }
				var err error
				noted, err = os.ReadFile(r.folder.Instance())
				return err == nil && json.Unmarshal(noted, &now) == nil && now.Position >= head
			})
			r.noError(r.stop())

			// It was killed, and its log is put back.
			if !tt.noted {
				noted = first
			}
			r.noError(os.WriteFile(r.folder.Instance(), noted, 0o600))
			r.noError(os.WriteFile(r.folder.Log(), copied, 0o600))
			if !tt.views {
				r.noError(os.Remove(r.folder.Views()))
			}
			if tt.stream {
				err := Serve(t.Context(), Options{Folder: r.folder, Kind: r.server.Kind, Listen: "127.0.0.1:0", Broker: BrokerOptions{Listen: "127.0.0.1:0"}, Log: r.server.log})
				if err == nil || !strings.Contains(err.Error(), "not an echo") {
					t.Fatalf("the server ended with %v", err)
				}
			}
			r.noError(os.RemoveAll(r.folder.NATS()))
			for range 2 { // also after another start
				r = serve(t, r.folder, nil)
				if on, why := r.server.Switch.Allowed("231380104"); on || !strings.Contains(why, tt.why) {
					t.Errorf("delivery is on: %t, and it says %q, not %q", on, why, tt.why)
				}
				r.noError(r.stop())
			}
			if n := len(r.sent()); n != 1 {
				t.Errorf("%d entries left", n)
			}
		})
	}
}

// copiedBeforeItLeft copies the log and the instance file while a payment waits for its
// window, and then lets it leave.
func (r *running) copiedBeforeItLeft() (log, instance []byte) {
	r.t.Helper()
	r.at("2026-11-24T14:40:00Z")
	id, client := r.client("Harbor Gym")
	r.pay(client)
	backup := filepath.Join(r.t.TempDir(), "ledger.db")
	r.noError(r.server.Store.(*sqlite.Store).Backup(r.t.Context(), backup))
	log, err := os.ReadFile(backup)
	r.noError(err)
	instance, err = os.ReadFile(r.folder.Instance())
	r.noError(err)
	r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1, "windows": []string{"16:30"}}}, nil)
	eventually(r.t, "the payment leaves", func() bool { return len(r.sent()) == 1 })
	eventually(r.t, "the stream holds the whole log", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
	return log, instance
}
