package webhooks_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/eventstore/ledger/ledgertest"
	"github.com/achledger/achledger/eventstore/sqlite"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/projections/projectionstest"
	"github.com/achledger/achledger/workers/webhooks"
)

// world is a ledger with one client, and the worker for its webhooks.
type world struct {
	*ledger.Ledger
	t      testing.TB
	store  *sqlite.Store
	views  *projections.Views
	client domain.Client
	config webhooks.Config
	worker *webhooks.Worker
	stop   func() // stops the worker
	end    func() // ends everything
}

// level are views that have the whole log at every read.
type level struct{ *projections.Views }

func (l level) Position() int64 {
	if err := l.CatchUp(context.Background()); err != nil {
		panic(err)
	}
	return l.Views.Position()
}

var tuesday = ledgertest.At("2026-11-24 10:00")

func newWorld(t testing.TB) *world {
	t.Helper()
	folder := t.TempDir()
	store, l := ledgertest.Open(t, folder, ledgertest.NewClock(tuesday), sqlite.Options{Linger: -1})
	views, err := projectionstest.Open(t.Context(), filepath.Join(folder, "views.db"), store, projections.Options{Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	w := &world{t: t, store: store, views: views, Ledger: l, stop: func() {}}
	w.end = sync.OnceFunc(func() { w.stop(); must(t, errors.Join(views.Close(), store.Close())) })
	t.Cleanup(w.end)
	w.config = webhooks.Config{
		Ledger: w.Ledger, Beside: store, Views: level{views}, Sandbox: true, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
		Shows: webhooks.Shows{
			Item: func(i projections.Item) any { return i },
			File: func(f domain.File) (any, string) {
				if f.Cut == nil {
					return nil, ""
				}
				return f.Opened, string(f.State)
			},
			Link: func(_ context.Context, _ domain.Holder, r *domain.Relationship) (any, error) { return r, nil },
		},
	}
	ledgertest.OpenClient(t, l, "gym", func(s *domain.Settings) { s.SECCodes, s.DefaultSEC = []string{"PPD"}, "" })
	w.client, err = w.Client(t.Context(), "gym")
	must(t, err)
	return w
}

var must = ledgertest.Must

func (w *world) write(changes ...ledger.Change) {
	w.t.Helper()
	ledgertest.Write(w.t, w.Ledger, changes...)
}

// run starts the worker. stop ends it as the end of the process does.
func (w *world) run() {
	w.t.Helper()
	var err error
	w.worker, err = webhooks.New(w.config)
	must(w.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.worker.Run(ctx) }()
	w.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("the worker ended with %v", err)
		}
	})
}

// hook creates a webhook and returns its id and secret.
func (w *world) hook(url string, types ...string) (id, secret string) {
	w.t.Helper()
	if len(types) == 0 {
		types = []string{"*"}
	}
	versions, err := w.Store.Head(context.Background())
	must(w.t, err)
	id = fmt.Sprintf("01890000-0000-7000-8000-%012d", versions.Position)
	secret, sealed, err := w.NewWebhookSecret("gym", id)
	must(w.t, err)
	w.order(id, domain.OpenWebhook{ID: id, Terms: domain.WebhookTerms{URL: url, Types: types, Enabled: true}, Secret: sealed, Sandbox: true}.Decide)
	return id, secret
}

func (w *world) order(id string, decide func(domain.Webhook) ([]domain.Event, error)) domain.Webhook {
	w.t.Helper()
	h, err := ledger.Execute(context.Background(), w.Ledger, ledger.WebhookStream("gym", id), decide)
	must(w.t, err)
	return h
}

func (w *world) is(id string) domain.Webhook {
	w.t.Helper()
	h, err := ledger.Load(context.Background(), w.Ledger, ledger.WebhookStream("gym", id))
	must(w.t, err)
	return h
}

func payment() ledger.Order {
	return ledger.Order{Number: "30488174411", Proposal: domain.Proposal{
		SEC: "PPD", PushPull: domain.Push, ToRouting: "121042882", ToAccountType: domain.Checking, ToName: "Ada Marsh", FromRouting: "231380104",
		FromName: "HARBOR GYM", Description: "PAYROLL", AmountCents: 100, CompanyID: "1840000017",
	}}
}

// pay makes payments and returns the positions of their events.
func (w *world) pay(n int) (positions []string) {
	w.t.Helper()
	for range n {
		t, _, err := w.Accept(context.Background(), w.client, payment())
		must(w.t, err)
		positions = append(positions, fmt.Sprint(t.Items[0].Position))
	}
	return positions
}

// receiver is a client's server, which verifies every message.
type receiver struct {
	*httptest.Server
	t      testing.TB
	mu     sync.Mutex
	secret string
	answer func(id string, try int) int // status; nil is 204
	tries  map[string]int
	got    map[string]int // messages answered with 2xx, by id
	bodies map[string]string
	order  []string
}

// offline is a receiver without a network.
func offline(t testing.TB) *receiver {
	return &receiver{t: t, tries: map[string]int{}, got: map[string]int{}, bodies: map[string]string{}}
}

func newReceiver(t testing.TB) *receiver {
	r := offline(t)
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) knows(secret string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secret = secret
}

// ServeHTTP implements http.Handler.
func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	w.WriteHeader(r.take(q))
}

func (r *receiver) take(q *http.Request) int {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return 400
	}
	r.mu.Lock()
	secret := r.secret
	r.mu.Unlock()
	if secret != "" {
		verifier, err := standardwebhooks.NewWebhook(secret)
		if err == nil {
			err = verifier.Verify(body, q.Header)
		}
		if err != nil {
			r.t.Errorf("message %s: %v", q.Header.Get("webhook-id"), err)
			return 401
		}
	}
	id := q.Header.Get("webhook-id")
	r.mu.Lock()
	r.tries[id]++
	try, answer, before := r.tries[id], r.answer, r.bodies[id]
	r.bodies[id] = string(body)
	r.order = append(r.order, id)
	r.mu.Unlock()
	if before != "" && before != string(body) {
		r.t.Errorf("message %s was\n%s and is\n%s", id, before, body)
	}
	status := 204
	if answer != nil {
		status = answer(id, try)
	}
	if status < 300 {
		r.mu.Lock()
		r.got[id]++
		r.mu.Unlock()
	}
	return status
}

// RoundTrip implements http.RoundTripper, for tests without a network.
func (r *receiver) RoundTrip(q *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: r.take(q), Body: http.NoBody, Header: http.Header{}, Request: q}, nil
}

func (r *receiver) has() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.got))
}

func (r *receiver) body(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bodies[id]
}

func (r *receiver) tried(id string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tries[id]
}

// eventually waits for an effect of another goroutine.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// all reports whether the list contains all of some others.
func all(have, want []string) bool {
	return !slices.ContainsFunc(want, func(s string) bool { return !slices.Contains(have, s) })
}

func sorted(s []string) string {
	s = slices.Clone(s)
	slices.Sort(s)
	return strings.Join(s, " ")
}
