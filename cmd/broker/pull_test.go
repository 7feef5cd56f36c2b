package broker

import (
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func TestAPullWaitsForABoundedTime(t *testing.T) {
	for asked, want := range map[string]string{
		``:              `{"expires":10000000000,"batch":1}`,
		` 7 `:           `{"expires":10000000000,"batch":7}`,
		`anything`:      `{"expires":10000000000,"batch":1}`,
		`{"batch":5}`:   `{"expires":10000000000,"batch":5}`,
		`{"no_wait":1}`: ``,
		`{"batch":5,"no_wait":true,"idle_heartbeat":5}`:                                           `{"batch":5,"no_wait":true}`,
		`{"batch":5,"expires":3000000000,"idle_heartbeat":1000000000}`:                            `{"expires":3000000000,"batch":5,"idle_heartbeat":1000000000}`,
		`{"batch":5,"expires":30000000000,"idle_heartbeat":15000000000}`:                          `{"expires":10000000000,"batch":5,"idle_heartbeat":5000000000}`,
		`{"expires":1,"EXPIRES":90000000000,"batch":5,"max_bytes":9,"group":"g","min_pending":1}`: `{"expires":10000000000,"batch":5,"max_bytes":9}`,
		`{"batch":5}{"expires":90000000000}`:                                                      ``,
	} {
		got, err := pullRequest([]byte(asked), longestPull)
		if string(got) != want || (err != nil) != (want == "") {
			t.Errorf("%s becomes %s, %v; want %s", asked, got, err, want)
		}
	}
}

// A pull that waits at the server is answered by the server alone.
func TestAnExpiredCredentialReadsNothingByAPullFromBefore(t *testing.T) {
	var expired atomic.Bool
	b, err := Start(Options{Dir: t.TempDir(), Host: "127.0.0.1", Authenticate: authenticate, Log: slog.New(slog.DiscardHandler), longestPull: 100 * time.Millisecond,
		ClientOf: func(key string) (string, bool) { return credentials[key].client, !expired.Load() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	must(0, b.WaitUntilOpen(soon(t)))
	log := ledger(t, b)
	c := subscriber(t, b.URL(), "A1")
	f := feed(t, c, "A1")
	answers := must(c.SubscribeSync("_INBOX_A1.pulled.>"))
	originate(log, "acme", 1)
	m, err := f.Next(jetstream.FetchMaxWait(5 * time.Second))
	for end := time.Now().Add(time.Minute); err != nil && time.Now().Before(end); { // the pull waits for a moment only
		m, err = f.Next(jetstream.FetchMaxWait(5 * time.Second))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []attempt{
		{subject: nextA1}, {subject: nextA1, body: "5"}, {subject: nextA1, body: `{"batch":5}`},
		{subject: nextA1, body: `{"batch":5,"expires":3600000000000,"idle_heartbeat":1000000000}`},
		{subject: m.Reply(), body: `+NXT {"batch":5}`},
	} {
		if err := c.PublishRequest(a.subject, "_INBOX_A1.pulled.x", []byte(a.body)); err != nil {
			t.Fatal(err)
		}
		if !endsWith(answers, "408") {
			t.Errorf("the pull %q waits for ever", a.body)
		}
	}
	expired.Store(true)
	originate(log, "acme", 1)
	if m, err := answers.NextMsg(50 * time.Millisecond); err == nil {
		t.Errorf("it was answered %v %s", m.Header, m.Data)
	}
}

// endsWith reports whether a status that begins like this arrives, after any others.
func endsWith(answers *nats.Subscription, status string) bool {
	for {
		m, err := answers.NextMsg(10 * time.Second)
		if err != nil {
			return false
		}
		if strings.HasPrefix(m.Header.Get("Status"), status) {
			return true
		}
	}
}

// On an external cluster nothing else ends the pulls of a revoked credential at once.
func TestAForgottenCredentialHasNoPulls(t *testing.T) {
	b := start(t, t.TempDir())
	log := ledger(t, b)
	c, rival := subscriber(t, b.URL(), "A1"), subscriber(t, b.URL(), "R1")
	feed(t, c, "A1")
	others := feed(t, rival, "R1")
	answers := must(c.SubscribeSync("_INBOX_A1.pulled.>"))
	if err := c.PublishRequest(nextA1, "_INBOX_A1.pulled.x", []byte(`{"batch":5}`)); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to forget
		if err := b.gate.Forget(soon(t), "A1"); err != nil {
			t.Fatal(err)
		}
	}
	originate(log, "acme", 1)
	originate(log, "rival", 1)
	if _, err := others.Next(jetstream.FetchMaxWait(5 * time.Second)); err != nil {
		t.Errorf("another credential: %v", err)
	}
	for {
		m, err := answers.NextMsg(50 * time.Millisecond)
		if err != nil {
			break
		}
		if m.Header.Get("Status") == "" {
			t.Errorf("it was answered %v %s", m.Header, m.Data)
		}
	}
}
