package broker

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore/freeport"
	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/eventstore/sqlite"
)

// TestTheDocumentedClusterRefusesTheSame makes the forbidden attempts at three
// servers with the configuration of docs/nats.md.
func TestTheDocumentedClusterRefusesTheSame(t *testing.T) {
	if testing.Short() {
		t.Skip("three servers take some seconds to agree")
	}
	urls := documentedCluster(t)
	own, err := nats.Connect(urls[0], nats.UserInfo("achledger", "the password in --nats-url"), nats.MaxReconnects(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(own.Close)
	js := must(jetstream.New(own))
	gate := must(NewGate(own, func(key string) (string, bool) {
		c, ok := credentials[key]
		return c.client, ok
	}, slog.New(slog.DiscardHandler)))
	if err := gate.OpenToAll(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(gate.Close)
	log := must(sqlite.Open(t.TempDir(), sqlite.Options{}))
	t.Cleanup(func() { _ = log.Close() })
	for range 5 {
		originate(log, "acme", 1)
		originate(log, "rival", 1)
	}
	ctx, cancel := context.WithCancel(context.Background())
	r := &relay.Relay{Store: log, Conn: own, Replicas: 3, Log: slog.New(slog.DiscardHandler)}
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	for end := time.Now().Add(60 * time.Second); r.Position() < 10; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("the relay is at %d", r.Position())
		}
	}
	t.Run("everything forbidden", func(t *testing.T) { tryAll(t, js, urls[1]) })
	read := map[int]bool{}
	for i, url := range urls { // any of them may lead the consumer
		t.Run(fmt.Sprintf("reading through server %d", i), func(t *testing.T) {
			m := next(t, feed(t, subscriber(t, url, "A1"), "A1"))
			position, err := strconv.Atoi(m.Headers().Get("Ledger-Position"))
			if err != nil || position%2 != 1 || read[position] || m.Subject() != "ledger.acme.transaction.originated" {
				t.Errorf("got %s %v", m.Subject(), m.Headers())
			}
			read[position] = true
			if err := m.DoubleAck(soon(t)); err != nil {
				t.Error(err)
			}
		})
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("the relay ended with %v", err)
	}
}

// documentedCluster starts three servers and returns their addresses.
func documentedCluster(t *testing.T) (urls []string) {
	t.Helper()
	doc, err := os.ReadFile("../../docs/nats.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(doc), "```conf\n")
	config, _, ended := strings.Cut(rest, "```")
	if !ok || !ended {
		t.Fatal("docs/nats.md has no configuration")
	}
	const n = 3
	var routes []string
	var servers []*server.Server
	ports := make([]int, 2*n)
	for i := range ports {
		ports[i] = freeport.One(t)
		if i < n {
			routes = append(routes, fmt.Sprintf("%q", fmt.Sprintf("nats://127.0.0.1:%d", ports[i])))
		}
	}
	for i := range n {
		file := filepath.Join(t.TempDir(), "server.conf")
		text := fmt.Sprintf("%s\nserver_name: s%d\nlisten: 127.0.0.1:%d\njetstream { store_dir: %q }\ncluster { name: c, listen: 127.0.0.1:%d, routes: [%s] }\n",
			config, i, ports[n+i], t.TempDir(), ports[i], strings.Join(routes, ", "))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		o, err := server.ProcessConfigFile(file)
		if err != nil {
			t.Fatal(err)
		}
		o.NoSigs, o.NoLog = true, true
		s, err := server.NewServer(o)
		if err != nil {
			t.Fatal(err)
		}
		s.Start()
		servers = append(servers, s)
		t.Cleanup(func() {
			s.Shutdown()
			s.WaitForShutdown()
		})
		urls = append(urls, fmt.Sprintf("nats://127.0.0.1:%d", ports[n+i]))
	}
	for _, s := range servers {
		for ctx := soon(t); !s.JetStreamIsCurrent(); time.Sleep(10 * time.Millisecond) {
			if ctx.Err() != nil {
				t.Fatalf("%s does not know the state of the others", s.Name())
			}
		}
	}
	return urls
}
