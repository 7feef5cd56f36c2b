package webhooks

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/follow"
	"github.com/achledger/achledger/eventstore/ledger"
)

// webhook is a webhook that is being sent to. All fields but the channels
// belong to its goroutine.
type webhook struct {
	*Worker
	client, id    string
	woken         chan struct{}
	streamChanged chan struct{} // the webhook's stream has new events

	is       domain.Webhook
	to       target
	loaded   bool // is and to match the stream
	known    bool // progress has been read
	progress eventstore.WebhookProgress
	waiting  int   // messages that wait for another try
	recorded int64 // position of the cursor that was recorded last
	failed   int   // rounds in a row in which nothing was delivered
	pausing  bool  // after such a round, until the next one
}

func newWebhook(w *Worker, client, id string) *webhook {
	return &webhook{Worker: w, client: client, id: id, woken: make(chan struct{}, 1), streamChanged: make(chan struct{}, 1)}
}

// wake signals that the log has new events of the client.
func (h *webhook) wake() { signal(h.woken) }

// changed signals that the webhook's own stream has new events.
func (h *webhook) changed() {
	signal(h.streamChanged)
	h.wake()
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pauseAfterFault is the pause after a fault on our side.
const pauseAfterFault = 5 * time.Second

// errGone says that a webhook was deleted.
var errGone = errors.New("the webhook was deleted")

// run sends until ctx ends or the webhook is deleted. A round that failed is
// repeated, but not what it had recorded.
func (h *webhook) run(ctx context.Context) {
	defer h.counts.drop(h.id)
	for {
		wait, err := h.pass(ctx)
		switch {
		case ctx.Err() != nil || errors.Is(err, errGone) || errors.Is(err, eventstore.ErrFailed) || errors.Is(err, eventstore.ErrClosed):
			return
		case err != nil:
			h.Log.Error("sending webhook messages failed", "client", h.client, "webhook", h.id, "err", err)
			h.loaded, wait = false, pauseAfterFault
		}
		h.await(ctx, wait)
	}
}

// await waits for new events, until something is due, or until ctx ends.
func (h *webhook) await(ctx context.Context, wait time.Duration) {
	if wait <= 0 {
		return
	}
	due := time.NewTimer(wait)
	defer due.Stop()
	wake := h.woken
	if h.pausing {
		wake = nil // new events of the client do not end the pause
	}
	select {
	case <-ctx.Done():
	case <-wake:
	case <-h.streamChanged:
		h.loaded = false
	case <-due.C:
	}
}

// pass does what is due now and returns how long to wait for the next pass.
func (h *webhook) pass(ctx context.Context) (wait time.Duration, err error) {
	select {
	case <-h.streamChanged:
		h.loaded = false
	default:
	}
	if !h.loaded {
		if err := h.load(ctx); err != nil {
			return 0, err
		}
	}
	if err := h.count(ctx); err != nil {
		return 0, err
	}
	if !h.is.Terms.Enabled {
		return time.Minute, nil
	}
	if h.Ledger.Unconfirmed != nil && h.Ledger.Unconfirmed() >= h.is.Position {
		// The webhook is as old as the backup that this ledger was restored
		// from; it may have been deleted after the backup.
		return every, nil
	}
	return h.round(ctx)
}

// load reads the webhook and its progress, and carries out the orders that it
// has not carried out yet.
func (h *webhook) load(ctx context.Context) (err error) {
	if h.is, err = ledger.Load(ctx, h.Ledger, ledger.WebhookStream(h.client, h.id)); err != nil {
		return err
	}
	if !h.is.Live() {
		if err := h.Beside.ForgetWebhook(ctx, h.id); err != nil {
			return err
		}
		return errGone
	}
	h.to = target{url: h.is.Terms.URL}
	for _, s := range h.is.Signing(h.Now()) {
		secret, err := h.Ledger.OpenWebhookSecret(h.client, h.id, s.Sealed)
		if err != nil {
			return err
		}
		h.to.secrets = append(h.to.secrets, secret)
	}
	if err := h.readProgress(ctx); err != nil {
		return err
	}
	for _, o := range h.is.Orders {
		if o.Position > h.progress.Orders {
			if err := h.carryOut(ctx, o); err != nil {
				return fmt.Errorf("carry out what was ordered at position %d: %w", o.Position, err)
			}
		}
	}
	h.loaded = true
	return nil
}

// readProgress reads the progress once: only this worker writes it.
func (h *webhook) readProgress(ctx context.Context) error {
	if h.known {
		return nil
	}
	p, ok, err := h.Beside.WebhookProgress(ctx, h.id)
	if err != nil {
		return err
	}
	if !ok {
		p = eventstore.WebhookProgress{Cursor: eventstore.WebhookPlace{Position: h.is.Position}, Orders: h.is.Position}
	}
	h.progress, h.recorded, h.known = p, p.Cursor.Position, true
	return nil
}

// step records messages, attempts and progress. If that fails, for example on a
// full disk, it is repeated until it succeeds: otherwise the messages that were
// sent would be sent once more.
func (h *webhook) step(ctx context.Context, s eventstore.WebhookStep) error {
	s.Webhook = h.id
	for {
		err := h.tryStep(ctx, s)
		switch {
		case err == nil:
			h.progress, h.recorded = s.Progress, s.Progress.Cursor.Position
			return nil
		case ctx.Err() != nil || errors.Is(err, eventstore.ErrFailed) || errors.Is(err, eventstore.ErrClosed) || errors.Is(err, eventstore.ErrNotLeader):
			return fmt.Errorf("record how far a webhook was told: %w", err)
		}
		h.Log.Error("how far a webhook was told could not be recorded", "client", h.client, "webhook", h.id, "err", err)
		follow.Sleep(ctx, pauseAfterFault)
	}
}

// tryStep records a step even if ctx has ended, because the messages were sent.
func (h *webhook) tryStep(ctx context.Context, s eventstore.WebhookStep) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return h.Beside.StepWebhook(ctx, s)
}
