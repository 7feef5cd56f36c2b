package webhooks_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// waits lists the messages of a webhook that wait for another try.
func (w *world) waits(id string) []eventstore.WebhookMessage {
	w.t.Helper()
	list, err := w.store.WaitingWebhooks(w.t.Context(), id, eventstore.WebhookPlace{}, 100)
	must(w.t, err)
	return list
}

// The cursor is in the middle of a file's delivery, and the message of an
// earlier entry waits. A replay from that event deletes the waiting message, so
// the cursor must go back to it.
func TestAReplayFromWhereTheCursorStandsLosesNothingThatWaits(t *testing.T) {
	w, r := newWorld(t), newReceiver(t)
	var paid []string
	for range 5 {
		p, _, err := w.Accept(t.Context(), w.client, payment())
		must(t, err)
		paid = append(paid, p.ID)
	}
	w.file("f1", paid)
	id, secret := w.hook(r.URL, "origination.transmitted")
	r.knows(secret)
	w.fileEvents("f1", domain.FileCut{CreatedOn: "261124", CreatedAt: "1000", Modifier: "A"},
		domain.FileRendered{Name: "f1.ach", SHA256: make([]byte, 32), Size: 94}, domain.FileDelivering{Method: domain.ToOutbox}, domain.FileDelivered{})
	head, err := w.store.Head(t.Context())
	must(t, err)
	place := func(ordinal int64) eventstore.WebhookPlace {
		return eventstore.WebhookPlace{Position: head.Position, Ordinal: ordinal}
	}
	must(t, w.store.StepWebhook(t.Context(), eventstore.WebhookStep{
		Webhook: id, Progress: eventstore.WebhookProgress{Cursor: eventstore.WebhookPlace{Position: head.Position - 1, Ordinal: 4}, Orders: w.is(id).Position},
		Put: []eventstore.WebhookMessage{{WebhookPlace: place(2), Type: "origination.transmitted", Tries: 1, FirstAt: time.Now(), NextAt: time.Now().Add(time.Hour)}},
	}))
	w.order(id, domain.ReplayWebhook{After: head.Position - 1, Head: head.Position}.Decide)
	w.run()
	eventually(t, "the last of it", func() bool { return r.tried(place(5).String()) > 0 })
	eventually(t, "the one that waited", func() bool { return r.tried(place(2).String()) > 0 })
}

// The clock was years ahead when a message failed, and was set right later.
func TestAMessageDoesNotWaitForAClockThatWasSetBack(t *testing.T) {
	w, r := newWorld(t), newReceiver(t)
	var ahead atomic.Int64
	ahead.Store(int64(5 * 365 * 24 * time.Hour))
	w.config.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	id, _ := w.hook(r.URL)
	r.answer = func(string, int) int {
		if ahead.Load() > 0 {
			return 500
		}
		return 200
	}
	w.run()
	paid := w.pay(1)
	eventually(t, "it waits", func() bool { return len(w.waits(id)) == 1 })
	w.stop()
	ahead.Store(0)
	w.run()
	eventually(t, "it is tried by the clock as it is", func() bool { return all(r.has(), paid) })
}

// The failure told to the client can contain a server's own text. It is stored
// where not every character is allowed.
func TestWhatAServerIsCalledIsKeptInPrint(t *testing.T) {
	w := newWorld(t)
	public, private, err := ed25519.GenerateKey(nil)
	must(t, err)
	names := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"bank\x00\a.example"}}
	certificate, err := x509.CreateCertificate(rand.Reader, names, names, public, private)
	must(t, err)
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{certificate}, PrivateKey: private}}}
	server.StartTLS()
	t.Cleanup(server.Close)
	id, _ := w.hook(fmt.Sprintf("https://localhost:%d", server.Listener.Addr().(*net.TCPAddr).Port))
	w.run()
	w.pay(1)
	eventually(t, "it waits", func() bool { return len(w.waits(id)) == 1 })
	failure := w.waits(id)[0].Failure
	if !strings.Contains(failure, ".example") || strings.ContainsFunc(failure, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("it failed because of %q", failure)
	}
}

// A client is not told from which address we call, nor what our resolver says.
func TestAConnectionThatBreaksIsToldWithoutAddresses(t *testing.T) {
	w := newWorld(t)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		c, _, err := rw.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_ = c.(*net.TCPConn).SetLinger(0) // closing resets the connection
		c.Close()
	}))
	t.Cleanup(server.Close)
	id, _ := w.hook(server.URL)
	w.run()
	w.pay(1)
	eventually(t, "it waits", func() bool { return len(w.waits(id)) == 1 })
	if failure := w.waits(id)[0].Failure; !strings.HasPrefix(failure, "the connection broke") || strings.Contains(failure, "127.0.0.1") {
		t.Errorf("it failed because of %q", failure)
	}
}
