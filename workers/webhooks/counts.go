package webhooks

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Counts describes the worker and its webhooks, for metrics.
type Counts struct {
	Delivered, Failed int64 // tries, since the process started
	Webhooks          int   // enabled ones
	Disabled          int   // by the worker, because no try of a message succeeded
	Waiting           int   // messages that failed and will be tried again
	Oldest            time.Duration
	Behind            int64 // events between the slowest enabled webhook's cursor and its client's newest event
}

type tally struct {
	delivered, failed atomic.Int64

	mu  sync.Mutex
	now map[string]count // by webhook
}

// count is the state of one webhook when its goroutine last reported it.
type count struct {
	enabled, disabled bool
	waiting           int
	since             time.Time
	client            string
	cursor            int64
}

func (c *tally) sent(delivered, failed int) {
	c.delivered.Add(int64(delivered))
	c.failed.Add(int64(failed))
}

func (c *tally) set(id string, now count) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now == nil {
		c.now = map[string]count{}
	}
	c.now[id] = now
}

func (c *tally) drop(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.now, id)
}

// count reports the webhook's state to the tally.
func (h *webhook) count(ctx context.Context) error {
	waiting, since, err := h.Beside.WebhooksWaiting(ctx, h.id)
	if err != nil {
		return err
	}
	h.waiting = waiting
	h.counts.set(h.id, count{
		enabled: h.is.Terms.Enabled, disabled: h.is.Disabled != nil, waiting: waiting, since: since, client: h.client, cursor: h.progress.Cursor.Position,
	})
	return nil
}

// Counts adds up the state of all webhooks.
func (w *Worker) Counts() Counts {
	all := Counts{Delivered: w.counts.delivered.Load(), Failed: w.counts.failed.Load()}
	now := w.Now()
	w.counts.mu.Lock()
	defer w.counts.mu.Unlock()
	for _, c := range w.counts.now {
		if c.disabled {
			all.Disabled++
		}
		all.Waiting += c.waiting
		if !c.enabled {
			continue
		}
		all.Webhooks++
		all.Behind = max(all.Behind, w.follow.behind(c.client, c.cursor))
		if c.waiting > 0 {
			all.Oldest = max(all.Oldest, now.Sub(c.since))
		}
	}
	return all
}
