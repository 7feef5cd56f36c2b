package webhooks

import (
	"context"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// carryOut does what a client ordered, once: the result is recorded in one step
// with the order's position.
func (h *webhook) carryOut(ctx context.Context, o domain.WebhookOrder) error {
	s := eventstore.WebhookStep{Progress: eventstore.WebhookProgress{Cursor: h.progress.Cursor, Orders: o.Position}}
	now := h.Now()
	due := func(at eventstore.WebhookPlace, kind string) {
		s.Put = []eventstore.WebhookMessage{{WebhookPlace: at, Type: kind, FirstAt: now, NextAt: now}}
	}
	switch o.Order {
	case domain.WebhookPing:
		due(eventstore.WebhookPlace{Position: o.Position}, domain.PingType)
	case domain.WebhookRetry:
		at, ok := eventstore.ParseWebhookPlace(o.Message)
		if !ok {
			break
		}
		m, ok, err := h.source.one(ctx, h.client, at)
		if err != nil {
			return err
		}
		if ok {
			due(at, m.kind)
		}
	case domain.WebhookReplay:
		if o.After <= s.Progress.Cursor.Position { // also when the cursor is within the event after it
			s.Progress.Cursor = eventstore.WebhookPlace{Position: o.After}
		}
		s.Forget = &o.After // the cursor will pass these messages again
	case domain.WebhookResume:
		s.AllDueAt, s.Anew = &now, true
	}
	h.failed = 0
	return h.step(ctx, s)
}
