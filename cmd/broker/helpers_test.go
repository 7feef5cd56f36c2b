package broker

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// credentials of these tests: acme has two, rival one.
var credentials = map[string]struct{ secret, client string }{
	"A1": {"sa1", "acme"},
	"A2": {"sa2", "acme"},
	"R1": {"sr1", "rival"},
}

func authenticate(key, secret, remote string) (string, bool) {
	c, ok := credentials[key]
	return c.client, ok && c.secret == secret && remote == "127.0.0.1"
}

func start(t testing.TB, dir string) *Broker {
	t.Helper()
	b, err := Start(Options{Dir: dir, Host: "127.0.0.1", Authenticate: authenticate, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if err := b.WaitUntilOpen(soon(t)); err != nil {
		t.Fatal(err)
	}
	return b
}

// owner connects as this process does, with all rights.
func owner(t testing.TB, b *Broker) (*nats.Conn, jetstream.JetStream) {
	t.Helper()
	c, err := b.Conn()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, must(jetstream.New(c))
}

// subscriber logs in as a client's program would.
func subscriber(t testing.TB, url, key string) *nats.Conn {
	t.Helper()
	c, err := nats.Connect(url, nats.UserInfo(key, credentials[key].secret), nats.CustomInboxPrefix("_INBOX_"+key),
		nats.Timeout(time.Minute), nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// feed makes the consumer that a client's program makes.
func feed(t testing.TB, c *nats.Conn, key string) jetstream.Consumer {
	t.Helper()
	js := must(jetstream.New(c))
	consumer, err := js.CreateOrUpdateConsumer(soon(t), "LEDGER", jetstream.ConsumerConfig{
		Durable: "feed-" + key, FilterSubject: "ledger." + credentials[key].client + ".>",
	})
	if err != nil {
		t.Fatalf("feed of %s: %v", key, err)
	}
	return consumer
}

// next pulls until a message comes. On a cluster a pull may reach the server that leads
// the consumer before that one knows of the pull's inbox, and is dropped there.
func next(t testing.TB, feed jetstream.Consumer) jetstream.Msg {
	t.Helper()
	for ctx := soon(t); ; {
		m, err := feed.Next(jetstream.FetchMaxWait(time.Second))
		if err == nil {
			return m
		}
		if ctx.Err() != nil {
			t.Fatal(err)
		}
	}
}

// ledger opens a log with a relay to the broker.
func ledger(t testing.TB, b *Broker) *sqlite.Store {
	t.Helper()
	log, err := sqlite.Open(t.TempDir(), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := owner(t, b)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	r := &relay.Relay{Store: log, Conn: c, WriteLater: true, Log: slog.New(slog.DiscardHandler)}
	if _, err := r.Open(ctx); err != nil {
		t.Fatal(err)
	}
	go func() { done <- r.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the relay ended with %v", err)
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	return log
}

// originate records n events of a client.
func originate(log eventstore.Store, client string, n int) {
	head := must(log.Head(context.Background()))
	a := eventstore.Append{Stream: fmt.Sprintf("transaction/%s/%d", client, head.Position), Client: client}
	for i := range n {
		a.Events = append(a.Events, eventstore.New{
			Type: "transaction.originated",
			Data: json.RawMessage(fmt.Sprintf(`{"client":%q,"n":%d}`, client, i)), Meta: json.RawMessage(`{}`),
		})
	}
	must(log.Append(context.Background(), a))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// soon returns a context that ends a test that hangs.
func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}
