package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestASubscriberReadsItsClientsEventsAndNoOthers(t *testing.T) {
	dir := t.TempDir()
	b := start(t, dir)
	log := ledger(t, b)
	for range 10 {
		originate(log, "acme", 3)
		originate(log, "rival", 2)
		originate(log, "_ledger", 1)
	}
	for key, want := range map[string]int{"A1": 30, "A2": 30, "R1": 20} {
		t.Run(key, func(t *testing.T) {
			client := credentials[key].client
			f := feed(t, subscriber(t, b.URL(), key), key)
			messages := must(f.Messages())
			defer messages.Stop()
			last := uint64(0)
			for n := range want {
				m, err := messages.Next(jetstream.NextContext(soon(t)))
				if err != nil {
					t.Fatalf("after %d of %d: %v", n, want, err)
				}
				meta := must(m.Metadata())
				if m.Subject() != "ledger."+client+".transaction.originated" || !strings.Contains(string(m.Data()), client) ||
					m.Headers().Get("Ledger-Position") != fmt.Sprint(meta.Sequence.Stream) || meta.Sequence.Stream <= last {
					t.Errorf("got %s with %s and %v", m.Subject(), m.Data(), m.Headers())
				}
				last = meta.Sequence.Stream
				if err := m.DoubleAck(soon(t)); err != nil {
					t.Errorf("acknowledge: %v", err)
				}
			}
			info, err := f.Info(soon(t))
			if err != nil || info.NumPending != 0 || info.NumAckPending != 0 {
				t.Errorf("left over: %+v, %v", info, err)
			}
		})
	}
}

func TestASubscriberGoesOnWhereItWas(t *testing.T) {
	dir := t.TempDir()
	b := start(t, dir)
	log := ledger(t, b)
	originate(log, "acme", 10)
	f := feed(t, subscriber(t, b.URL(), "A1"), "A1")
	read := func(f jetstream.Consumer, n int) (positions []string) {
		t.Helper()
		for range n {
			m, err := f.Next(jetstream.FetchMaxWait(5 * time.Second))
			if err != nil {
				t.Fatal(err)
			}
			positions = append(positions, m.Headers().Get("Ledger-Position"))
			if err := m.DoubleAck(soon(t)); err != nil {
				t.Fatal(err)
			}
		}
		return positions
	}
	read(f, 4)
	b.Close()

	again := start(t, dir)
	js := must(jetstream.New(subscriber(t, again.URL(), "A1")))
	f, err := js.Consumer(soon(t), "LEDGER", "feed-A1") // looks up the consumer, does not create it
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(read(f, 6), " "); got != "5 6 7 8 9 10" {
		t.Errorf("after the restart it read %s", got)
	}
}

func TestTwoProgramsWithOneCredentialShareItsFeed(t *testing.T) {
	b := start(t, t.TempDir())
	log := ledger(t, b)
	first := feed(t, subscriber(t, b.URL(), "A1"), "A1")
	second := feed(t, subscriber(t, b.URL(), "A1"), "A1")
	seen := make(chan string, 200)
	for _, f := range []jetstream.Consumer{first, second} {
		running, err := f.Consume(func(m jetstream.Msg) {
			seen <- m.Headers().Get("Ledger-Position")
			if err := m.Ack(); err != nil {
				t.Error(err)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer running.Stop()
	}
	originate(log, "acme", 100)
	positions := map[string]bool{}
	for len(positions) < 100 {
		select {
		case p := <-seen:
			if positions[p] {
				t.Errorf("event %s came twice", p)
			}
			positions[p] = true
		case <-soon(t).Done():
			t.Fatalf("%d of 100 came", len(positions))
		}
	}
}

func TestConnectionsAreBounded(t *testing.T) {
	b, err := Start(Options{Dir: t.TempDir(), Host: "127.0.0.1", Log: slog.New(slog.DiscardHandler),
		Authenticate: func(key, _, _ string) (string, bool) { return "client" + strings.TrimLeft(key, "K"), true }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	must(0, b.WaitUntilOpen(soon(t)))
	for n := range maxConnections {
		c, err := nats.Connect(b.URL(), nats.UserInfo("K"+strconv.Itoa(n/maxOfCredential), "x"))
		if err == nil {
			t.Cleanup(c.Close)
			continue
		}
		if n < maxConnections-10 { // a refused client may see its connection closed without a reason
			t.Errorf("connection %d: %v", n, err)
		}
		return
	}
	t.Errorf("%d connections are taken beside those of the process", maxConnections)
}

// One client's programs, gone wild or bad, keep no other client out.
func TestNoClientTakesTheConnectionsOfOthers(t *testing.T) {
	b, err := Start(Options{Dir: t.TempDir(), Host: "127.0.0.1", Log: slog.New(slog.DiscardHandler),
		Authenticate: func(key, _, _ string) (string, bool) { return strings.ToLower(key[:1]), true }}) // A1 is client a's
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	must(0, b.WaitUntilOpen(soon(t)))
	connect := func(key string) (*nats.Conn, error) {
		c, err := nats.Connect(b.URL(), nats.UserInfo(key, "x"))
		if err == nil {
			t.Cleanup(c.Close)
		}
		return c, err
	}
	var last *nats.Conn
	for n := range maxOfClient {
		key := "A" + strconv.Itoa(1+n/maxOfCredential)
		if last, err = connect(key); err != nil {
			t.Fatalf("connection %d, of credential %s: %v", n, key, err)
		}
		if (n+1)%maxOfCredential != 0 {
			continue
		}
		if _, err := connect(key); err == nil {
			t.Errorf("credential %s has more than %d", key, maxOfCredential)
		}
	}
	if _, err := connect("A9"); err == nil {
		t.Errorf("the client has more than %d", maxOfClient)
	}
	if _, err := connect("B1"); err != nil {
		t.Errorf("another client: %v", err)
	}
	last.Close()
	ctx := soon(t)
	for _, err = connect("A9"); err != nil && ctx.Err() == nil; _, err = connect("A9") {
		time.Sleep(time.Millisecond)
	}
	if err != nil {
		t.Errorf("a connection that was closed keeps its place: %v", err)
	}
}

func TestOnlyCredentialsComeIn(t *testing.T) {
	b := start(t, t.TempDir())
	for name, login := range map[string]nats.Option{
		"a wrong secret":               nats.UserInfo("A1", "sr1"),
		"an unknown key":               nats.UserInfo("X9", "sa1"),
		"nobody":                       nil,
		"the process, without secret":  nats.UserInfo(ownUser, ""),
		"the process, guessed":         nats.UserInfo(ownUser, "sa1"),
		"a key that spans subjects":    nats.UserInfo("A1.>", "sa1"),
		"a key that is a wildcard":     nats.UserInfo("*", "sa1"),
		"a token":                      nats.Token("sa1"),
		"a key far too long":           nats.UserInfo(strings.Repeat("A", 65), "sa1"),
		"a key with a space behind it": nats.UserInfo("A1 ", "sa1"),
	} {
		t.Run(name, func(t *testing.T) {
			if c, err := nats.Connect(b.URL(), login); err == nil {
				c.Close()
				t.Error("came in")
			}
		})
	}
}

// TestNoNameReachesBeyondItsSubjects uses an Authenticate that admits
// everybody, whatever the form of the key.
func TestNoNameReachesBeyondItsSubjects(t *testing.T) {
	for name, tt := range map[string]struct{ key, client string }{
		"a key of two tokens":           {"A1.R1", "acme"},
		"a key that is a wildcard":      {"*", "acme"},
		"a key that is every subject":   {">", "acme"},
		"a key with a space":            {"A 1", "acme"},
		"an empty key":                  {"", "acme"},
		"a client that is a wildcard":   {"A1", "*"},
		"a client of two tokens":        {"A1", "acme.transaction"},
		"a client without a name":       {"A1", ""},
		"a client with capital letters": {"A1", "ACME"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := Start(Options{Dir: t.TempDir(), Host: "127.0.0.1", Log: slog.New(slog.DiscardHandler),
				Authenticate: func(key, secret, remote string) (string, bool) { return tt.client, true }})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(b.Close)
			if c, err := nats.Connect(b.URL(), nats.UserInfo(tt.key, "x")); err == nil {
				c.Close()
				t.Error("came in")
			}
		})
	}
}

func TestARevokedCredentialIsCutOff(t *testing.T) {
	revoked := make(chan struct{})
	b, err := Start(Options{Dir: t.TempDir(), Host: "127.0.0.1", Log: slog.New(slog.DiscardHandler), Authenticate: func(key, secret, remote string) (string, bool) {
		select {
		case <-revoked:
			return "", false
		default:
			return authenticate(key, secret, remote)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	must(0, b.WaitUntilOpen(soon(t)))
	log := ledger(t, b)
	one, two, other := subscriber(t, b.URL(), "A1"), subscriber(t, b.URL(), "A1"), subscriber(t, b.URL(), "R1")
	feed(t, one, "A1")
	feed(t, other, "R1")
	close(revoked)
	if err := b.Disconnect("A1"); err != nil {
		t.Fatal(err)
	}
	originate(log, "acme", 1)
	for name, c := range map[string]*nats.Conn{"first": one, "second": two} {
		for c.IsConnected() && soon(t).Err() == nil {
			time.Sleep(time.Millisecond)
		}
		if c.IsConnected() {
			t.Errorf("the %s connection is still open", name)
		}
	}
	if c, err := nats.Connect(b.URL(), nats.UserInfo("A1", "sa1")); err == nil {
		c.Close()
		t.Error("it came back")
	}
	if !other.IsConnected() {
		t.Error("another credential was cut off as well")
	}
	if err := b.Disconnect("NeverSeen"); err != nil {
		t.Errorf("disconnect one that is not there: %v", err)
	}
}

// TestARevocationWhileLoggingInHolds revokes a credential just after its login
// has passed the check.
func TestARevocationWhileLoggingInHolds(t *testing.T) {
	var b *Broker
	b, err := Start(Options{Dir: t.TempDir(), Host: "127.0.0.1", Log: slog.New(slog.DiscardHandler), Authenticate: func(key, secret, remote string) (string, bool) {
		if err := b.Disconnect(key); err != nil {
			t.Error(err)
		}
		return authenticate(key, secret, remote)
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	if c, err := nats.Connect(b.URL(), nats.UserInfo("A1", "sa1")); err == nil {
		c.Close()
		t.Error("came in although it was revoked meanwhile")
	}
}

func TestABrokerNeedsNoAddress(t *testing.T) {
	b, err := Start(Options{Dir: t.TempDir(), Authenticate: authenticate, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if b.URL() != "" {
		t.Errorf("it listens at %s", b.URL())
	}
	must(0, b.WaitUntilOpen(soon(t)))
	log := ledger(t, b)
	originate(log, "acme", 1)
	_, js := owner(t, b)
	for {
		s, err := js.Stream(soon(t), "LEDGER")
		if err != nil {
			t.Fatal(err)
		}
		if s.CachedInfo().State.Msgs == 1 {
			return
		}
	}
}

func TestATakenAddressIsSaid(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	begin := time.Now()
	_, err = Start(Options{Dir: t.TempDir(), Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Authenticate: authenticate})
	if err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("got %v", err)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v to say so", took)
	}
}

func TestWhoComesWhileTheStreamsAreBeingOpenedWaits(t *testing.T) {
	open := make(chan struct{})
	b, err := Start(Options{Dir: t.TempDir(), Host: "127.0.0.1", Authenticate: authenticate, Log: slog.New(slog.DiscardHandler),
		Opening: func(context.Context) error { <-open; return nil }})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	own, js := owner(t, b)
	if own.IsConnected() {
		t.Error("the process is connected before the streams are open")
	}
	for range 3 { // a client that is refused twice never connects again
		if _, err := nats.Connect(b.URL(), nats.UserInfo("A1", "sa1"), nats.Timeout(50*time.Millisecond)); err == nil || errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("a subscriber gets %v, want no answer", err)
		}
	}
	early := make(chan error, 1)
	go func() {
		c, err := nats.Connect(b.URL(), nats.UserInfo("A1", "sa1"), nats.Timeout(time.Minute), nats.RetryOnFailedConnect(true))
		if err == nil {
			defer c.Close()
			err = c.FlushWithContext(soon(t))
		}
		early <- err
	}()
	close(open)
	must(0, b.WaitUntilOpen(soon(t)))
	if err := <-early; err != nil {
		t.Errorf("a subscriber that came early: %v", err)
	}
	must(0, own.FlushWithContext(soon(t)))
	must(js.AccountInfo(soon(t)))
}

func TestABrokerIsClosedWhileItOpensItsStreams(t *testing.T) {
	start := func(opening func(context.Context) error) *Broker {
		return must(Start(Options{Dir: t.TempDir(), Host: "127.0.0.1", Authenticate: authenticate, Log: slog.New(slog.DiscardHandler), Opening: opening}))
	}
	t.Run("which can be interrupted", func(t *testing.T) {
		b := start(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		b.Close()
		if err := b.WaitUntilOpen(soon(t)); !errors.Is(err, context.Canceled) {
			t.Errorf("its streams: %v", err)
		}
	})
	t.Run("which JetStream does not let be", func(t *testing.T) {
		if testing.Short() {
			t.Skip("takes three seconds")
		}
		open := make(chan struct{})
		b := start(func(context.Context) error { <-open; return nil })
		b.Close() // must return
		close(open)
		must(0, b.WaitUntilOpen(soon(t)))
		b.Close()
	})
}

// The stream of ten million payments counts as twenty gigabytes before it is
// compressed. It may grow on a disk of which less is free.
func TestAStreamMayGrowWhateverIsFreeAtTheStart(t *testing.T) {
	b, err := Start(Options{Dir: t.TempDir(), Authenticate: authenticate, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	must(0, b.WaitUntilOpen(soon(t)))
	const petabyte = 1 << 50
	if have := b.server.JetStreamConfig().MaxStore; have < petabyte {
		t.Errorf("JetStream takes %d bytes", have)
	}
}
