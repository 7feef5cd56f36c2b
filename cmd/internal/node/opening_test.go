package node

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/eventstore/freeport"
)

// slow delays the opening of the embedded broker's streams until an error or nil is
// sent to it. After a kill with millions of messages the opening is as slow.
type slow chan error

func (s slow) open(ctx context.Context) error {
	select {
	case err := <-s:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s slow) option(o *Options) { o.Broker.opening = s.open }

// served makes a folder with a client each of whose payments is cut at once.
func served(t *testing.T) (f folder.Folder, id string, client folder.Credential) {
	r := serve(t, "", nil)
	r.at("2026-11-24T14:40:00Z")
	id, client = r.client("Harbor Gym")
	r.must(200, r.ops, http.MethodPatch, "/v1/ops/clients/"+id, object{"batching": object{"max_entries": 1, "windows": []string{"16:30"}}}, nil)
	r.noError(r.stop())
	return r.folder, id, client
}

func (r *running) leaves(client folder.Credential, payment string) {
	r.t.Helper()
	eventually(r.t, "the payment leaves", func() bool { return strings.Contains(r.status(client, payment), "Transmitted") })
	if n := len(r.sent()); n != 1 {
		r.t.Errorf("%d entries left, want 1", n)
	}
}

func TestPaymentsAreTakenAndNothingLeavesWhileTheStreamIsBeingOpened(t *testing.T) {
	f, id, client := served(t)
	late := slow(make(chan error))
	r := serve(t, f, func(o *Options) { late.option(o); withAdmin(o) })
	status, paid := r.pay(client)
	if status != http.StatusCreated {
		t.Fatalf("a payment is answered with %d", status)
	}
	r.at("2026-11-25T14:40:00Z") // a day passes, and all that is due is done
	if s := r.status(client, paid); !strings.Contains(s, "Pending") {
		t.Errorf("the payment is %s", s)
	}
	var list struct{ Data []struct{ ID string } }
	r.must(200, client, http.MethodGet, "/v1/transactions", nil, &list)
	if len(list.Data) != 1 {
		t.Errorf("the list has %+v", list)
	}
	if status, _, answer := r.send(client, "/v1/nacha", "text/plain", "", strings.NewReader(wageFile(t, "261127"))); status != http.StatusServiceUnavailable || !strings.Contains(answer, unopened) {
		t.Errorf("the client's own file is answered with %d %s", status, answer)
	}
	if sent := r.sent(); len(sent) != 0 {
		t.Errorf("left: %v", sent)
	}
	if status, h := r.readyz(); status != http.StatusOK || !h.Ready || h.BrokerIsHere || h.DeliveryOn || h.WhyNot != unopened {
		t.Errorf("/readyz says %d %+v", status, h)
	}
	for name, want := range map[string]string{"achledger_stream_opening": "1", `achledger_delivery_on{odfi=""}`: "0"} {
		if got := r.metric(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	r.signsIn("ada@example.com", "viewer").sees("/console/system", "being opened", "Payments are accepted", "No file is sent before the stream was compared")
	asking, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.server.ResetStream(asking, Nothing{}); !errors.Is(err, context.Canceled) {
		t.Errorf("resetting the stream: %v, want that it waits", err)
	}

	late <- nil
	r.leaves(client, paid)
	eventually(t, "the stream holds the whole log", func() bool { return r.metric("achledger_relay_lag_events") == "0" })
	if got := r.metric("achledger_stream_opening"); got != "0" {
		t.Errorf("achledger_stream_opening is %q", got)
	}
	consumer := feed(t, r.connect(client), client.Key, id)
	if _, err := consumer.Next(jetstream.FetchMaxWait(10 * time.Second)); err != nil {
		t.Error(err)
	}
}

func TestASubscriberStaysWhileTheStreamIsBeingOpened(t *testing.T) {
	at := fmt.Sprintf("127.0.0.1:%d", freeport.One(t))
	r := serve(t, "", func(o *Options) { o.Broker.Listen = at })
	id, client := r.client("Harbor Gym")
	var tries atomic.Int64
	conn, err := nats.Connect(r.NATS, nats.UserInfo(client.Key, client.Secret), nats.CustomInboxPrefix("_INBOX_"+client.Key), nats.MaxReconnects(-1),
		nats.Timeout(200*time.Millisecond), nats.ReconnectWait(10*time.Millisecond), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) { tries.Add(1) }))
	r.noError(err)
	defer conn.Close()
	consumer := feed(t, conn, client.Key, id)
	r.noError(r.stop())

	late := slow(make(chan error))
	r = serve(t, r.folder, func(o *Options) { o.Broker.Listen = at; late.option(o) })
	before := tries.Load()
	eventually(t, "it tries again and again", func() bool { return tries.Load() > before+4 })
	if conn.IsClosed() {
		t.Error("it gave up")
	}
	late <- nil
	eventually(t, "it is let in", conn.IsConnected)
	r.pay(client)
	for seen := ""; !strings.HasSuffix(seen, "transaction.originated"); {
		m, err := consumer.Next(jetstream.FetchMaxWait(10 * time.Second))
		r.noError(err)
		seen = m.Subject()
		r.noError(m.Ack())
	}
}

func TestABrokerThatCannotOpenItsStreamsEndsTheServer(t *testing.T) {
	full := errors.New("no space left on device")
	t.Run("at once", func(t *testing.T) {
		late := slow(make(chan error, 1))
		late <- full
		o := Options{Folder: folder.Folder(t.TempDir()), Kind: folder.Sandbox, Listen: "127.0.0.1:0", Log: quietLog}
		o.Broker.Listen = "127.0.0.1:0"
		late.option(&o)
		if err := Serve(t.Context(), o); !errors.Is(err, full) {
			t.Errorf("it ended with %v", err)
		}
	})
	t.Run("late", func(t *testing.T) {
		late := slow(make(chan error))
		r := serve(t, "", late.option)
		_, client := r.client("Harbor Gym")
		if status, _ := r.pay(client); status != http.StatusCreated {
			t.Errorf("a payment is answered with %d", status)
		}
		late <- full
		if err := r.wait(); !errors.Is(err, full) || !strings.Contains(err.Error(), "open the streams") {
			t.Errorf("it ended with %v", err)
		}
	})
}

func TestAServerIsStoppedWhileItsStreamIsBeingOpened(t *testing.T) {
	f, _, client := served(t)
	r := serve(t, f, slow(make(chan error)).option)
	_, paid := r.pay(client)
	if err := r.stop(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	serve(t, f, nil).leaves(client, paid)
}

// A broker that does not answer when its stream is to be compared is asked again, and
// nothing leaves before it has answered.
func TestABrokerThatDoesNotAnswerIsAskedAgain(t *testing.T) {
	f, _, client := served(t)
	silent, err := natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: natsserver.RANDOM_PORT, MaxPayload: 8 << 20, NoSigs: true, NoLog: true})
	if err != nil {
		t.Fatal(err)
	}
	silent.Start()
	t.Cleanup(func() { silent.Shutdown(); silent.WaitForShutdown() })
	conn, err := nats.Connect(silent.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	late := slow(make(chan error))
	var told walkLog
	r := serve(t, f, func(o *Options) { late.option(o); withAdmin(o); o.Log = told.logger() })
	r.server.relay.Conn = conn // it answers no request about streams
	_, paid := r.pay(client)
	late <- nil
	eventually(t, "it is asked twice", func() bool { return told.count("the broker does not answer") > 1 })
	if status, h := r.readyz(); status != http.StatusOK || h.DeliveryOn || h.WhyNot != unopened {
		t.Errorf("/readyz says %d %+v", status, h)
	}
	if sent := r.sent(); len(sent) != 0 {
		t.Errorf("left: %v", sent)
	}
	r.noError(silent.EnableJetStream(&natsserver.JetStreamConfig{StoreDir: t.TempDir()}))
	r.leaves(client, paid)
}

// count counts how often a text was logged.
func (l *walkLog) count(of string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Count(l.text.Bytes(), []byte(of))
}

// victimFolder names, in a child process, the folder that it serves until it is
// killed.
const victimFolder = "NODE_TEST_VICTIM"

// TestTheVictimOpensItsStreamUntilItIsKilled is the child process.
func TestTheVictimOpensItsStreamUntilItIsKilled(t *testing.T) {
	f := os.Getenv(victimFolder)
	if f == "" {
		t.Skip("run by TestAServerIsKilledWhileItsStreamIsBeingOpened")
	}
	r := serve(t, folder.Folder(f), slow(make(chan error)).option)
	fmt.Println("serves", r.Base)
	_ = r.wait()
}

func TestAServerIsKilledWhileItsStreamIsBeingOpened(t *testing.T) {
	f, _, client := served(t)
	victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheVictimOpensItsStreamUntilItIsKilled$")
	victim.Env = append(os.Environ(), victimFolder+"="+string(f))
	out, err := victim.StdoutPipe()
	if err == nil {
		err = victim.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	killed := &running{t: t, folder: f}
	for lines := bufio.NewScanner(out); killed.Base == "" && lines.Scan(); {
		killed.Base, _ = strings.CutPrefix(lines.Text(), "serves ")
		if !strings.HasPrefix(killed.Base, "http") {
			killed.Base = ""
		}
	}
	status, paid := killed.pay(client)
	killed.noError(victim.Process.Kill())
	_ = victim.Wait()
	if status != http.StatusCreated {
		t.Fatalf("a payment is answered with %d", status)
	}
	serve(t, f, nil).leaves(client, paid)
}
