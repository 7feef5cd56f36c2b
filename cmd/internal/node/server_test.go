package node

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/freeport"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/eventstore/sqlite"
)

func TestAnUnknownOutcomeEndsTheProcessWithoutA2xx(t *testing.T) {
	for name, fault := range map[string]func(*sqlite.Faults, func() error){
		"nothing is on disk":    func(f *sqlite.Faults, broken func() error) { f.BeforeCommit = broken },
		"everything is on disk": func(f *sqlite.Faults, broken func() error) { f.AfterCommit = broken },
	} {
		t.Run(name, func(t *testing.T) {
			var failing atomic.Bool
			r := serve(t, "", func(o *Options) {
				fault(&o.Store.Faults, func() error {
					if failing.Load() {
						return errors.New("the disk failed")
					}
					return nil
				})
			})
			_, client := r.client("Harbor Gym")
			failing.Store(true)
			if status, _ := r.pay(client); status >= 200 && status < 300 {
				t.Errorf("the payment was answered with %d", status)
			}
			if err := r.wait(); !errors.Is(err, eventstore.ErrFailed) {
				t.Errorf("the server ended with %v, want ErrFailed", err)
			}

			again := serve(t, r.folder, nil) // continues from the head of the log
			if status, _ := again.pay(client); status != http.StatusCreated {
				t.Errorf("after a restart a payment is answered with %d", status)
			}
		})
	}
}

func TestASubscriberSeesItsOwnEventsAtTheirPositions(t *testing.T) {
	r := serve(t, "", nil)
	gymID, gym := r.client("Harbor Gym")
	dinerID, diner := r.client("Harbor Diner")
	r.pay(diner)
	_, paid := r.pay(gym)

	conn := r.connect(gym)
	consumer := feed(t, conn, gym.Key, gymID)
	seen := map[string]bool{}
	for range 3 { // client.opened, credential.issued, transaction.originated
		m, err := consumer.Next(jetstream.FetchMaxWait(10 * time.Second))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(m.Subject(), "ledger."+gymID+".") {
			t.Errorf("got %s", m.Subject())
		}
		if meta, err := m.Metadata(); err != nil || m.Headers().Get(relay.PositionHeader) != strconv.FormatUint(meta.Sequence.Stream, 10) {
			t.Errorf("message %+v is not at its position %s: %v", meta, m.Headers().Get(relay.PositionHeader), err)
		}
		seen[m.Headers().Get(relay.StreamHeader)] = true
	}
	if want := "transaction/" + gymID + "/" + paid; !seen[want] {
		t.Errorf("the payment's stream %s is not among %v", want, seen)
	}
	if _, err := tryFeed(conn, gym.Key, dinerID); err == nil {
		t.Error("a filter on another client's events is accepted")
	}
	if status := r.call(r.ops, http.MethodDelete, "/v1/ops/credentials/"+gym.Key, nil, nil); status >= 300 {
		t.Fatalf("revoking answers %d", status)
	}
	eventually(t, "a revoked subscriber is thrown out", func() bool { return !conn.IsConnected() })
	js, err := jetstream.New(r.server.broker.conn)
	must(t, err)
	eventually(t, "its consumer is deleted", func() bool {
		_, err := js.Consumer(t.Context(), relay.Stream, "feed-"+gym.Key)
		return errors.Is(err, jetstream.ErrConsumerNotFound)
	})
	if _, err := nats.Connect(r.NATS, nats.UserInfo(diner.Key, "wrong")); err == nil {
		t.Error("a wrong secret is accepted")
	}
}

func (r *running) connect(who folder.Credential) *nats.Conn {
	r.t.Helper()
	conn, err := nats.Connect(r.NATS, nats.UserInfo(who.Key, who.Secret), nats.CustomInboxPrefix("_INBOX_"+who.Key), nats.MaxReconnects(0))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(conn.Close)
	return conn
}

func feed(t testing.TB, conn *nats.Conn, key, client string) jetstream.Consumer {
	t.Helper()
	c, err := tryFeed(conn, key, client)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func tryFeed(conn *nats.Conn, key, client string) (jetstream.Consumer, error) {
	js, err := jetstream.New(conn)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return js.CreateOrUpdateConsumer(ctx, relay.Stream, jetstream.ConsumerConfig{
		Durable: "feed-" + key, FilterSubject: "ledger." + client + ".>", AckPolicy: jetstream.AckExplicitPolicy,
	})
}

func TestAnotherBrokerIsFollowedAndMayBeAway(t *testing.T) {
	port := freeport.One(t)
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	r := serve(t, "", func(o *Options) { o.Broker = BrokerOptions{URL: url} })
	_, client := r.client("Harbor Gym")
	if status, _ := r.pay(client); status != http.StatusCreated {
		t.Fatalf("with the broker away a payment is answered with %d", status)
	}
	if r.metric("achledger_relay_lag_events") == "0" {
		t.Error("the relay claims to have no lag while its broker is away")
	}
	startBroker(t, port)
	eventually(t, "the stream holds the whole log", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
	if err := r.stop(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

// awaitedLine is a log of which a test waits for a line.
type awaitedLine struct {
	line string
	once sync.Once
	seen chan struct{}
}

func (l *awaitedLine) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(l.line)) {
		l.once.Do(func() { close(l.seen) })
	}
	return len(b), nil
}

// Whoever deletes a stream by the broker's own commands, as the message about it says,
// tells the server nothing.
func TestAStreamThatNeededAPersonIsLookedAtAgain(t *testing.T) {
	port := freeport.One(t)
	url := fmt.Sprintf("nats://127.0.0.1:%d", port)
	startBroker(t, port)
	stopped := &awaitedLine{line: "the stream no longer follows the log", seen: make(chan struct{})}
	r := serve(t, "", func(o *Options) {
		o.Broker, o.Log = BrokerOptions{URL: url}, slog.New(slog.NewTextHandler(stopped, nil))
		o.lookAgain = 20 * time.Millisecond
	})
	follows := func() bool { return r.metric("achledger_relay_lag_events") == "0" }
	eventually(t, "the stream holds the whole log", follows)
	conn, err := nats.Connect(url)
	must(t, err)
	defer conn.Close()
	js, err := jetstream.New(conn)
	must(t, err)
	for range 50 { // more than the events that follow, so that the last of them is refused too
		_, err = js.Publish(t.Context(), "ledger.somebody.else", nil)
		must(t, err)
	}
	r.client("Harbor Gym")
	select {
	case <-stopped.seen:
	case <-time.After(time.Minute):
		t.Fatal("messages that are no events go unnoticed")
	}
	must(t, js.DeleteStream(t.Context(), relay.Stream))
	eventually(t, "the stream is filled again", follows)
}

func TestABrokerOfAnotherTimeRefusesTheStart(t *testing.T) {
	r := serve(t, "", nil)
	_, client := r.client("Harbor Gym")
	r.pay(client)
	eventually(t, "the stream holds the whole log", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	other := folder.Folder(filepath.Join(t.TempDir(), "other"))
	if err := os.CopyFS(other.NATS(), os.DirFS(r.folder.NATS())); err != nil {
		t.Fatal(err)
	}
	options := Options{
		Folder: other, Kind: folder.Sandbox, Listen: "127.0.0.1:0", Broker: BrokerOptions{Listen: "127.0.0.1:0"}, Log: slog.New(slog.DiscardHandler),
	}
	refused := func(t *testing.T) {
		if err := Serve(t.Context(), options); !errors.Is(err, relay.ErrFork) || !strings.Contains(err.Error(), other.NATS()) {
			t.Errorf("got %v, want a refusal that names the broker's folder", err)
		}
	}
	t.Run("which is open at once", refused)
	ready := make(chan struct{})
	options.Ready = func(Running) { close(ready) }
	options.Broker.opening = func(context.Context) error { <-ready; return nil }
	t.Run("which opens late", refused)
}

func TestMetricsTellWhatWaits(t *testing.T) {
	r := serve(t, "", nil)
	id, client := r.client("Harbor Gym")
	r.pay(client)
	r.pay(client)
	labels := `{client="` + id + `",odfi="231380104"}`
	eventually(t, "two entries wait", func() bool { return r.metric("achledger_pending_entries"+labels) == "2" })
	for name, want := range map[string]string{
		"achledger_pending_cents" + labels:              "2468",
		"achledger_log_writable":                        "1",
		`achledger_delivery_on{odfi=""}`:                "1",
		"achledger_oldest_pending_age_seconds" + labels: "",
	} {
		if got := r.metric(name); want != "" && got != want || got == "" {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestMetricsTellWhatWaitsForAPerson(t *testing.T) {
	r := serve(t, "", nil)
	r.at("2026-11-24T14:40:00Z")
	id, client := r.client("Harbor Gym")
	r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1}}, nil)
	_, paid := r.pay(client)
	eventually(t, "the payment leaves", func() bool { return strings.Contains(r.status(client, paid), "Transmitted") })
	r.must(200, r.ops, http.MethodPost, "/v1/simulations/transactions/"+paid+"/return", object{"code": "R03"}, nil)
	if got := r.metric(`achledger_queue_entries{kind="unmatched"}`); got != "0" {
		t.Errorf("with nothing unmatched %q are", got)
	}
	r.must(200, r.ops, http.MethodPost, "/v1/simulations/inbound", object{
		"routing": "231380104", "account": "777123456", "name": "WILLA HAYES", "amount_cents": 18250, "debit": true, "sec_code": "PPD",
		"company_name": "CITY UTILITIES", "company_identification": "9000000002", "description": "BILL",
	}, nil)
	eventually(t, "an entry of nobody's waits", func() bool { return r.metric(`achledger_queue_entries{kind="unmatched"}`) == "1" })
	for _, name := range []string{`achledger_queue_oldest_age_seconds{kind="unmatched"}`, `achledger_queue_deadline_seconds{kind="unmatched"}`} {
		if n, err := strconv.ParseFloat(r.metric(name), 64); err != nil || n < 0 {
			t.Errorf("%s is %v, %v", name, n, err)
		}
	}
	for name, want := range map[string]string{
		`achledger_returns_total{code="R03"}`: "1", `achledger_queue_entries{kind="quarantine"}`: "0", "achledger_windows_missed": "0",
	} {
		if got := r.metric(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// A file that is cut and cannot be put into the outbox misses the day on which it is
// to settle. Nobody would notice without this metric.
func TestAMetricTellsOfAFileThatDoesNotLeave(t *testing.T) {
	t.Parallel()
	r := serve(t, "", nil)
	id, gym := r.client("Harbor Gym")
	r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1}}, nil)
	if err := errors.Join(os.RemoveAll(r.folder.Outbox()), os.WriteFile(r.folder.Outbox(), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	_, paid := r.pay(gym)
	const unsent = `achledger_oldest_unsent_file_age_seconds{odfi="231380104"}`
	eventually(t, "a file waits", func() bool { return r.metric(unsent) != "" })
	if _, err := r.server.DeliveryOff(t.Context(), DeliveryStop{}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the file waits for a person, as the metric of the switch says", func() bool { return r.metric(unsent) == "" })
	if _, err := r.server.DeliveryOn(t.Context(), DeliveryOrder{ODFI: "231380104"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it waits for the outbox again", func() bool { return r.metric(unsent) != "" })
	// What was off, as it is after a restore, is on again, and the alert ends.
	const others, ours = `achledger_delivery_on{odfi=""}`, `achledger_delivery_on{odfi="231380104"}`
	if got := [2]string{r.metric(others), r.metric(ours)}; got != [2]string{"", "1"} {
		t.Errorf("with the only ODFI switched on, the others and it are %q", got)
	}
	r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"odfi_routing_numbers": []string{"231380104", "061000146"}}, nil)
	eventually(t, "another ODFI waits to be switched on", func() bool { return r.metric(others) == "0" })
	r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"odfi_routing_numbers": []string{"231380104"}}, nil)
	if err := errors.Join(os.Remove(r.folder.Outbox()), os.Mkdir(r.folder.Outbox(), 0o700)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "it leaves", func() bool { return strings.Contains(r.status(gym, paid), "Transmitted") })
	eventually(t, "no file waits", func() bool { return r.metric(unsent) == "" })
}

func startBroker(t *testing.T, port int) { startBrokerIn(t, t.TempDir(), port) }

// startBrokerIn starts an external broker in a folder; stop returns when it has ended.
func startBrokerIn(t *testing.T, dir string, port int) (stop func()) {
	t.Helper()
	return startBrokerWith(t, &natsserver.Options{StoreDir: dir, Port: port})
}

func startBrokerWith(t *testing.T, o *natsserver.Options) (stop func()) {
	t.Helper()
	o.JetStream, o.Host, o.NoSigs, o.NoLog = true, "127.0.0.1", true, true
	o.MaxPayload = cmp.Or(o.MaxPayload, 8<<20)
	s, err := natsserver.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	stop = func() { s.Shutdown(); s.WaitForShutdown() }
	t.Cleanup(stop)
	if !s.ReadyForConnections(10 * time.Second) {
		t.Fatal("the broker is not ready")
	}
	return stop
}

func TestAStreamOfAnotherLogIsNotItsEcho(t *testing.T) {
	r := serve(t, "", nil)
	other := serve(t, "", nil)
	for range 3 {
		other.client("Harbor Diner")
	}
	r.client("Harbor Gym")
	for name, tt := range map[string]struct {
		log, stream *running
		problems    bool
	}{
		"its own":                 {r, r, false},
		"of another log":          {r, other, true},
		"of another, shorter log": {other, r, true},
	} {
		t.Run(name, func(t *testing.T) {
			eventually(t, "the stream holds the whole log", func() bool { return tt.stream.metric("achledger_relay_lag_events") == "0" })
			conn, err := tt.stream.server.broker.embedded.Conn()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			found, err := relay.Compare(t.Context(), conn, tt.log.server.Store)
			if err != nil || (len(found.Problems) > 0) != tt.problems {
				t.Errorf("got %+v, %v; want problems: %t", found, err, tt.problems)
			}
		})
	}
}
