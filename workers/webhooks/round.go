package webhooks

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

const (
	// senders bounds the messages sent to one webhook at the same time.
	senders = 16
	// maxWaiting is the number of messages waiting for another try above which
	// no new messages are sent.
	maxWaiting = 1000
	// recordEvery is the number of events without a message after which the
	// cursor is recorded.
	recordEvery = 20_000
	// gather is how long a webhook pauses after a round when little is new, so that
	// what comes meanwhile is read, and recorded in the log's commit, at once.
	gather = 50 * time.Millisecond
	// wasDown is after how many rounds without a delivery a webhook counts as
	// down: when it answers again, all that waits is due at once.
	wasDown = 3
	// leastTries is how many tries of a message failed at least before it is
	// given up: about three hours of them. A ledger that was stopped for days
	// after the first one, or whose clock was set forward, does not know that the
	// endpoint was down all that time.
	leastTries = 10
)

// outgoing is a message of a round, with its earlier tries.
type outgoing struct {
	message
	before  eventstore.WebhookMessage // zero tries: the message is new
	waits   bool                      // recorded as waiting for another try
	outcome outcome
	sent    bool
}

// round sends what is due and what is new, and records the outcomes. It returns
// how long to wait for the next round.
func (h *webhook) round(ctx context.Context) (wait time.Duration, err error) {
	sending, gone, wait, err := h.due(ctx)
	if err != nil {
		return 0, err
	}
	fresh, next, more, err := h.fresh(ctx)
	if err != nil {
		return 0, err
	}
	sending = append(sending, fresh...)
	if len(sending) == 0 && len(gone) == 0 {
		return h.idle(ctx, next, more, wait)
	}
	h.refreshSecrets()
	h.send(ctx, sending)
	if err := h.record(ctx, sending, gone, next); err != nil {
		return 0, err
	}
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	if h.failed == 0 && h.follow.behind(h.client, h.progress.Cursor.Position) < pageMessages {
		h.pausing = true
		return gather, nil
	}
	h.pausing = h.failed > 0
	return pauseAfter(h.failed), nil
}

// idle moves the cursor past events without messages.
func (h *webhook) idle(ctx context.Context, next eventstore.WebhookPlace, more bool, wait time.Duration) (time.Duration, error) {
	h.progress.Cursor, h.pausing = next, false
	if next.Position-h.recorded >= recordEvery {
		if err := h.step(ctx, eventstore.WebhookStep{Progress: h.progress}); err != nil {
			return 0, err
		}
	}
	if more {
		return 0, ctx.Err()
	}
	return wait, nil
}

// due returns the messages that are to be tried again now, those that can no
// longer be made, and the time until the next one is due, a minute at most.
func (h *webhook) due(ctx context.Context) (sending []*outgoing, gone []eventstore.WebhookPlace, wait time.Duration, err error) {
	list, err := h.Beside.DueWebhooks(ctx, h.id, senders)
	if err != nil {
		return nil, nil, 0, err
	}
	wait = time.Minute
	now := h.Now()
	for _, waiting := range list {
		// A wait that is longer than any pause was set before the clock was set
		// back.
		if left := waiting.NextAt.Sub(now); left > 0 && left <= longestTry {
			wait = min(wait, left)
			continue
		}
		m, ok, err := h.source.one(ctx, h.client, waiting.WebhookPlace)
		switch {
		case err != nil:
			return nil, nil, 0, fmt.Errorf("make message %s again: %w", waiting, err)
		case ok:
			sending = append(sending, &outgoing{message: m, before: waiting, waits: true})
		default:
			h.Log.Error("a webhook message that waited is none any more", "client", h.client, "webhook", h.id, "message", waiting.String())
			gone = append(gone, waiting.WebhookPlace)
		}
	}
	return sending, gone, wait, nil
}

// fresh returns the next new messages and the cursor after them: a single one
// while nothing is delivered, and none while too many wait.
func (h *webhook) fresh(ctx context.Context) (sending []*outgoing, next eventstore.WebhookPlace, more bool, err error) {
	next = h.progress.Cursor
	if upTo, none := h.follow.nothingAfter(h.client, next.Position); none {
		return nil, eventstore.WebhookPlace{Position: upTo}, false, nil
	}
	room := pageMessages
	if h.failed > 0 {
		room = 1
	}
	if h.waiting+room > maxWaiting {
		return nil, next, false, nil
	}
	list, next, err := h.source.page(ctx, h.client, next, room, h.is.Wants)
	if err != nil {
		return nil, next, false, err
	}
	for _, m := range list {
		sending = append(sending, &outgoing{message: m})
	}
	return sending, next, next != h.progress.Cursor, nil
}

// refreshSecrets drops an earlier secret when its time has passed.
func (h *webhook) refreshSecrets() {
	h.to.secrets = h.to.secrets[:min(len(h.to.secrets), len(h.is.Signing(h.Now())))]
}

// send posts the messages, up to senders at a time. If the first ones all fail,
// the rest are left for a later round, to spare a server that is down.
func (h *webhook) send(ctx context.Context, sending []*outgoing) {
	var posting sync.WaitGroup
	var mu sync.Mutex
	delivered, failed := 0, 0
	places := make(chan struct{}, senders)
	for _, p := range sending {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
		}
		mu.Lock()
		stop := ctx.Err() != nil || delivered == 0 && failed >= senders
		mu.Unlock()
		if stop {
			break
		}
		p.sent = true
		posting.Go(func() {
			p.outcome = h.sender.post(ctx, h.to, p.message)
			mu.Lock()
			if p.outcome.failure == "" {
				delivered++
			} else {
				failed++
			}
			mu.Unlock()
			<-places
		})
	}
	posting.Wait()
	if ctx.Err() == nil {
		return
	}
	for _, p := range sending { // this process stops: a failure may be due to that
		p.sent = p.sent && p.outcome.failure == ""
	}
}

// record records the outcomes of a round. It disables the webhook first if a
// message has failed for too long.
func (h *webhook) record(ctx context.Context, sending []*outgoing, gone []eventstore.WebhookPlace, next eventstore.WebhookPlace) error {
	s := eventstore.WebhookStep{Done: gone, Progress: eventstore.WebhookProgress{Cursor: next, Orders: h.progress.Orders}}
	delivered, failed := 0, 0
	var last *outgoing // with a message that was given up
	for _, p := range sending {
		if !p.sent {
			if !p.waits { // the first new one that was not sent: the cursor stops before it
				s.Progress.Cursor = eventstore.WebhookPlace{Position: p.Position - 1, Ordinal: p.Ordinal}
				break
			}
			continue
		}
		waits := h.after(p)
		s.Attempts = append(s.Attempts, attempt(p, waits.Tries))
		if p.outcome.failure == "" {
			delivered++
		} else {
			failed++
		}
		if p.outcome.failure == "" || p.kind == domain.PingType {
			if p.waits {
				s.Done = append(s.Done, p.WebhookPlace)
			}
			continue
		}
		if waits.GivenUp {
			last = p
		}
		s.Put = append(s.Put, waits)
	}
	h.counts.sent(delivered, failed)
	if delivered > 0 && h.failed >= wasDown {
		now := h.Now()
		s.AllDueAt = &now
	}
	switch {
	case delivered > 0:
		h.failed = 0
	case failed > 0:
		h.failed++
	}
	if last != nil {
		if err := h.disable(ctx, last); err != nil {
			return err
		}
	}
	return h.step(ctx, s)
}

// after returns a sent message as it is stored if it failed.
func (h *webhook) after(p *outgoing) eventstore.WebhookMessage {
	m := eventstore.WebhookMessage{
		WebhookPlace: p.WebhookPlace, Type: p.kind, Tries: p.before.Tries + 1, FirstAt: p.before.FirstAt,
		Status: p.outcome.status, Failure: p.outcome.failure,
	}
	if m.Tries == 1 {
		m.FirstAt = p.outcome.at
	}
	now := h.Now()
	m.NextAt = now.Add(nextTry(m.Tries))
	m.GivenUp = now.Sub(m.FirstAt) >= domain.WebhookRetryTime && m.Tries >= leastTries
	return m
}

func attempt(p *outgoing, try int) eventstore.WebhookAttempt {
	return eventstore.WebhookAttempt{
		Message: p.String(), Type: p.kind, At: p.outcome.at.UTC(), Try: try, Delivered: p.outcome.failure == "",
		Status: p.outcome.status, Failure: p.outcome.failure, Millis: p.outcome.took.Milliseconds(),
	}
}

// disable records in the log that the webhook is disabled. That is written
// before the round is recorded: after a crash in between, the message is tried
// once more when the webhook is enabled.
func (h *webhook) disable(ctx context.Context, p *outgoing) error {
	since := p.before.FirstAt
	_, err := ledger.Execute(ctx, h.Ledger, ledger.WebhookStream(h.client, h.id), domain.DisableWebhook{
		Message: p.String(), Since: since, Reason: p.outcome.failure,
	}.Decide)
	if err != nil {
		return fmt.Errorf("disable a webhook: %w", err)
	}
	h.Log.Error("a webhook was disabled: every try of a message failed for three days", "client", h.client, "webhook", h.id, "message", p.String(), "reason", p.outcome.failure)
	signal(h.streamChanged)
	return nil
}
