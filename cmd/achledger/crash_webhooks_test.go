package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/achledger/achledger/eventstore/testseed"
)

// listener is a client's server. It verifies each message with the library of the
// specification's authors, and answers the first try of every seventh message with
// an error.
type listener struct {
	t *testing.T

	mu      sync.Mutex
	secrets []string // the newest first
	row     int      // consecutive messages that the newest secret signs
	tries   map[string]int
	ids     map[string]string          // of messages, by their type, event and body
	told    map[string]map[string]bool // types of messages taken, by transaction
	taken   int
}

// ServeHTTP implements http.Handler.
func (l *listener) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the process was killed while it sent
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.row++
	for i, secret := range l.secrets {
		var verifier *standardwebhooks.Webhook
		if verifier, err = standardwebhooks.NewWebhook(secret); err == nil {
			err = verifier.Verify(body, r.Header)
		}
		if err == nil {
			if i > 0 {
				l.row = 0
			}
			break
		}
	}
	id := r.Header.Get("webhook-id")
	if err != nil {
		l.t.Errorf("message %s: %v", id, err)
	}
	if before, ok := l.ids[id]; ok && before != string(body) {
		l.t.Errorf("message %s was\n%s\nand is\n%s", id, before, body)
	}
	l.ids[id] = string(body)
	if l.tries[id]++; len(l.tries)%7 == 0 && l.tries[id] == 1 {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	var m struct {
		Type string
		Data struct{ TransactionID string }
	}
	if err := json.Unmarshal(body, &m); err != nil {
		l.t.Errorf("message %s: %v", id, err)
	}
	if l.told[m.Data.TransactionID] == nil {
		l.told[m.Data.TransactionID] = map[string]bool{}
	}
	l.told[m.Data.TransactionID][m.Type] = true
	l.taken++
}

// knows sets the secrets, the newest first.
func (l *listener) knows(secrets ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.secrets, l.row = secrets, 0 // no message signed by the newest one has come yet
}

// awaitNewest waits until no message without the newest secret's signature can be
// under way: more consecutive messages had it than are ever sent at once.
func (l *listener) awaitNewest() {
	l.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		l.mu.Lock()
		row := l.row
		l.mu.Unlock()
		if row > 100 {
			return
		}
		if time.Now().After(deadline) {
			l.t.Fatal("messages that the newest secret does not sign keep coming")
		}
	}
}

// heard reports whether messages came about a payment from its acceptance to its
// end.
func (l *listener) heard(p *payment) bool {
	last := "origination.transmitted"
	if p.recalled {
		last = "origination.recalled"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	types := l.told[p.id]
	return types["origination.pending"] && (p.recallUnknown || types[last])
}

// With two killed processes, an address that fails now and then, and a new secret,
// each of more than a thousand events arrives at least once and verifies.
func TestWebhooksLoseNothingOverKilledProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	seed := testseed.Of(t, 20261129)
	s := &subject{t: t, folder: filepath.Join(t.TempDir(), "data")}
	s.start()
	s.prepare()
	l := &listener{t: t, tries: map[string]int{}, ids: map[string]string{}, told: map[string]map[string]bool{}}
	server := httptest.NewServer(l)
	defer server.Close()
	hook := s.secretOf("/v1/webhooks", `{"url":"`+server.URL+`","types":["origination.*","file.*"]}`)
	l.knows(hook.Secret)

	load := newLoad(s, seed)
	for round := range 2 {
		load.await(int64(100 * (round + 1)))
		s.kill()
		taken, _ := l.count()
		t.Logf("killed %d: %d acknowledged, %d messages taken", round+1, load.acknowledged.Load(), taken)
		s.start()
	}
	load.await(300)
	next := s.secretOf("/v1/webhooks/"+hook.ID+"/secret", "").Secret
	l.knows(next, hook.Secret) // what is on its way bears the old signature alone
	load.await(350)
	l.awaitNewest()
	l.knows(next)
	load.await(420)
	payments := load.stop()
	s.awaitFiles(payments)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		missing := 0
		for _, p := range payments {
			if p.acknowledged && !l.heard(p) {
				missing++
			}
		}
		if missing == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d of %d payments were not told whole", missing, len(payments))
		}
	}
	taken, messages := l.count()
	if taken < 1000 {
		t.Errorf("only %d messages", taken)
	}
	t.Logf("%d payments, %d messages taken of %d", len(payments), taken, messages)
	s.stop()
	s.verify()
}

// count returns how many messages were taken, and how many there are.
func (l *listener) count() (taken, messages int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.taken, len(l.ids)
}

// secretOf asks for something whose answer holds a secret.
func (s *subject) secretOf(path, body string) (made struct{ ID, Secret string }) {
	s.t.Helper()
	for range 50 { // it may not answer yet
		status, answer := s.call(s.client, http.MethodPost, path, body)
		if status == http.StatusCreated && json.Unmarshal(answer, &made) == nil {
			return made
		}
		if status != 0 {
			s.t.Fatalf("%s: %d %s", path, status, answer)
		}
		time.Sleep(100 * time.Millisecond)
	}
	s.t.Fatalf("%s: no answer", path)
	return made
}
