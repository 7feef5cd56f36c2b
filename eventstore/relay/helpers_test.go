package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// broker is a NATS server that can be stopped, wiped and started again at
// the same address.
type broker struct {
	t       testing.TB
	dir     string
	port    int
	payload int32
	store   int64 // bytes that streams may have; 0 for what is free
	server  *server.Server
}

func newBroker(t testing.TB) *broker {
	t.Helper()
	return brokerIn(t, t.TempDir())
}

func brokerIn(t testing.TB, dir string) *broker {
	t.Helper()
	b := &broker{t: t, dir: dir, port: server.RANDOM_PORT, payload: MinPayload}
	b.start()
	t.Cleanup(b.stop)
	return b
}

func (b *broker) start() {
	b.t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: b.port, MaxPayload: b.payload,
		JetStream: true, StoreDir: b.dir, JetStreamMaxStore: b.store, NoLog: true, NoSigs: true,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(10 * time.Second) {
		b.t.Fatal("the broker did not start")
	}
	b.server = s
	b.port = s.Addr().(*net.TCPAddr).Port
}

func (b *broker) stop() {
	if b.server != nil {
		b.server.Shutdown()
		b.server.WaitForShutdown()
		b.server = nil
	}
}

// connect returns a connection that never gives up.
func (b *broker) connect() *nats.Conn {
	b.t.Helper()
	c, err := nats.Connect(fmt.Sprintf("nats://127.0.0.1:%d", b.port),
		nats.MaxReconnects(-1), nats.ReconnectWait(10*time.Millisecond), nats.ReconnectJitter(0, 0),
		nats.RetryOnFailedConnect(true), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(c.Close)
	return c
}

func openLog(t testing.TB, dir string) eventstore.Store {
	t.Helper()
	s, err := sqlite.Open(dir, sqlite.Options{Linger: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// streams counts them, so that two writers never choose one name.
var streams atomic.Int64

// record appends n events, a hundred to a stream, and returns the head.
func record(s eventstore.Store, n int) int64 {
	position := must(s.Head(context.Background())).Position
	for n > 0 {
		some := min(n, 100)
		a := eventstore.Append{Stream: fmt.Sprint("transaction/acme/", streams.Add(1), "-", position), Client: "acme"}
		for i := range some {
			a.Events = append(a.Events, eventstore.New{
				Type: "transaction.originated",
				Data: json.RawMessage(fmt.Sprintf(`{"amount_cents":%d}`, position+int64(i))),
				Meta: json.RawMessage(`{}`),
			})
		}
		position, n = must(s.Append(context.Background(), a)).Last, n-some
	}
	return position
}

func newRelay(s eventstore.Store, c *nats.Conn) *Relay {
	return &Relay{Store: s, Conn: c, Every: 50 * time.Millisecond, WriteLater: true, Log: slog.New(slog.DiscardHandler)}
}

// running runs a relay until the test ends or stop is called.
func running(t testing.TB, r *Relay) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the relay ended with %v", err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// waitFor waits until the relay has reached a position.
func waitFor(t testing.TB, r *Relay, position int64) {
	t.Helper()
	for end := time.Now().Add(60 * time.Second); r.Position() < position; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the relay is at %d, not at %d", r.Position(), position)
		}
	}
}

// streamOf is the stream, also of a cluster that elects a leader.
func streamOf(t testing.TB, js jetstream.JetStream) jetstream.Stream {
	t.Helper()
	stream, err := ask(context.Background(), func(ctx context.Context) (jetstream.Stream, error) { return js.Stream(ctx, Stream) })
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

// mustEcho reads the whole stream and compares it with the whole log.
func mustEcho(t testing.TB, c *nats.Conn, s eventstore.Store) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	js, err := jetstream.New(c)
	if err != nil {
		t.Fatal(err)
	}
	head, err := s.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	stream := streamOf(t, js)
	state := stream.CachedInfo().State
	if int64(state.LastSeq) != head.Position || int64(state.Msgs) != head.Position {
		t.Fatalf("the stream has %d messages up to %d, the log %d events", state.Msgs, state.LastSeq, head.Position)
	}
	consumer, err := stream.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{})
	if err != nil {
		t.Fatal(err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		t.Fatal(err)
	}
	defer messages.Stop()
	for after := int64(0); after < head.Position; {
		events, err := s.ReadAll(ctx, after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			m, err := messages.Next(jetstream.NextContext(ctx))
			if err != nil {
				t.Fatalf("read message %d: %v", e.Position, err)
			}
			meta, err := m.Metadata()
			if err != nil {
				t.Fatal(err)
			}
			if int64(meta.Sequence.Stream) != e.Position || m.Subject() != Subject(e) ||
				m.Headers().Get(HashHeader) != hashText(e) || string(m.Data()) != string(e.Data) {
				t.Fatalf("message %d on %s with %s is not event %d with %s",
					meta.Sequence.Stream, m.Subject(), m.Data(), e.Position, e.Data)
			}
			after = e.Position
		}
	}
}

// copyFolder copies the files of a folder to a new one.
func copyFolder(t testing.TB, from, to string) {
	t.Helper()
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// beside is a new path beside a folder.
func beside(dir, name string) string { return filepath.Join(filepath.Dir(dir), name) }
