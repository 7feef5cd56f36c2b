package webhooks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/follow"
	"github.com/achledger/achledger/eventstore/ledger"
	"github.com/achledger/achledger/projections"
)

// Views is what the worker reads from the views.
type Views interface {
	Position() int64
	NamesOfAll(ctx context.Context, aggregate string, after int64, limit int) ([]projections.Name, error)
}

// Shows renders the subjects of messages as the API does.
type Shows struct {
	Item func(projections.Item) any
	// File returns the state as well; it is "" while the file is not visible.
	File func(domain.File) (shown any, state string)
	Link func(ctx context.Context, h domain.Holder, r *domain.Relationship) (any, error)
}

// Config is what a Worker needs.
type Config struct {
	Ledger *ledger.Ledger
	Beside eventstore.Webhooks
	Views  Views
	Shows  Shows
	Log    *slog.Logger // discards by default
	// Sandbox allows addresses on this machine, and http.
	Sandbox bool
	// Transport sends requests; by default one that dials public addresses only.
	Transport http.RoundTripper
	// Now is machine time; time.Now by default.
	Now func() time.Time
}

// Worker sends messages to all webhooks.
type Worker struct {
	Config
	source source
	sender sender
	counts tally
	follow follower

	mu       sync.Mutex
	webhooks map[string]*webhook // by id
}

// New checks the configuration.
func New(c Config) (*Worker, error) {
	if c.Ledger == nil || c.Beside == nil || c.Views == nil || c.Shows.Item == nil || c.Shows.File == nil || c.Shows.Link == nil {
		return nil, errors.New("a worker for webhooks needs a ledger, what lies beside it, views, and how things are shown")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Transport == nil {
		c.Transport = newTransport(c.Sandbox)
	}
	w := &Worker{Config: c, webhooks: map[string]*webhook{}}
	w.source = source{ledger: c.Ledger, shows: c.Shows, files: newFileCache(c.Ledger)}
	w.sender = newSender(c.Transport, c.Sandbox, c.Now)
	w.follow = newFollower(c.Ledger.Store)
	return w, nil
}

// every is how often the log is read without a hint.
const every = time.Second

// pace is the shortest time between two reads that hints cause.
const pace = 20 * time.Millisecond

// Run sends until ctx ends. Each webhook has its own goroutine, so a slow
// server delays no other webhook. A log that is closed for writing ends Run
// with its error.
func (w *Worker) Run(ctx context.Context) (err error) {
	ctx, stop := context.WithCancel(ledger.WithWorker(ctx, "webhooks"))
	running := &sync.WaitGroup{}
	defer func() { stop(); running.Wait() }()
	hints, leave := w.Ledger.Store.Notify()
	defer leave()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for known := false; ; {
		if !known {
			known, err = w.findAll(ctx, running)
		}
		if known {
			err = w.look(ctx, running)
		}
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, eventstore.ErrFailed) || errors.Is(err, eventstore.ErrClosed):
			return err
		case err != nil:
			w.Log.Error("following the log for webhooks failed", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-hints:
			follow.Sleep(ctx, pace)
		case <-tick.C:
		}
	}
}

// findAll starts the webhooks that the views list, once the views have reached
// the head that the log had at the first call. look follows the log from there.
func (w *Worker) findAll(ctx context.Context, running *sync.WaitGroup) (found bool, err error) {
	head, err := w.Ledger.Store.Head(ctx)
	if err != nil || w.Views.Position() < w.follow.firstHead(head.Position) {
		return false, err
	}
	const page = 500
	from := w.Views.Position()
	for after := int64(0); ; {
		names, err := w.Views.NamesOfAll(ctx, "webhook", after, page)
		if err != nil {
			return false, fmt.Errorf("list the webhooks: %w", err)
		}
		for _, n := range names {
			w.start(ctx, running, n.Client, n.ID)
			after = n.Position
		}
		if len(names) < page {
			w.follow.begin(from)
			return true, nil
		}
	}
}

// look reads the new events of the log and wakes the webhooks that they
// concern.
func (w *Worker) look(ctx context.Context, running *sync.WaitGroup) error {
	found, err := w.follow.look(ctx, w.clients())
	if err != nil {
		return err
	}
	for _, n := range found.webhooks {
		w.start(ctx, running, n.client, n.id).changed()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, one := range w.webhooks {
		if found.clients[one.client] {
			one.wake()
		}
	}
	return nil
}

func (w *Worker) clients() map[string]bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	clients := map[string]bool{}
	for _, one := range w.webhooks {
		clients[one.client] = true
	}
	return clients
}

// start runs a webhook unless it is running.
func (w *Worker) start(ctx context.Context, running *sync.WaitGroup, client, id string) *webhook {
	w.mu.Lock()
	defer w.mu.Unlock()
	if one := w.webhooks[id]; one != nil {
		return one
	}
	one := newWebhook(w, client, id)
	w.webhooks[id] = one
	running.Go(func() {
		one.run(ctx)
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.webhooks, id)
	})
	return one
}
