package webhooks

import (
	"context"
	"fmt"
	"strings"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// source makes messages from the log. Each shows its subject as it stood at the
// message's event, so that the message is the same whenever it is made.
type source struct {
	ledger *ledger.Ledger
	shows  Shows
	files  *fileCache
}

// Bounds of one page.
const (
	pageEvents   = 2000 // events of the log that are read
	pageMessages = 200
)

// wants reports whether the webhook subscribes to a type of message.
type wants func(kind string) bool

// page returns the next messages of a client after a cursor, room at most, and
// the cursor after them. At the end of the log the cursor does not move.
func (s *source) page(ctx context.Context, client string, from eventstore.WebhookPlace, room int, want wants) (list []message, next eventstore.WebhookPlace, err error) {
	events, err := s.ledger.Store.ReadAll(ctx, from.Position, pageEvents)
	if err != nil {
		return nil, from, fmt.Errorf("read the log for a webhook: %w", err)
	}
	next = from
	for _, r := range events {
		if r.Client == client {
			first := int64(0)
			if r.Position == from.Position+1 {
				first = from.Ordinal
			}
			more, then, err := s.messages(ctx, r, first, room-len(list), want)
			if err != nil {
				return nil, from, fmt.Errorf("position %d: %w", r.Position, err)
			}
			list = append(list, more...)
			if then > 0 { // the event has more messages
				return list, eventstore.WebhookPlace{Position: r.Position - 1, Ordinal: then}, nil
			}
		}
		next = eventstore.WebhookPlace{Position: r.Position}
		if len(list) >= room {
			break
		}
	}
	return list, next, nil
}

// one makes the message of one place again; ok is false if there is none.
func (s *source) one(ctx context.Context, client string, at eventstore.WebhookPlace) (m message, ok bool, err error) {
	events, err := s.ledger.Store.ReadAll(ctx, at.Position-1, 1)
	if err != nil {
		return m, false, fmt.Errorf("read the log for a webhook: %w", err)
	}
	if len(events) == 0 || events[0].Position != at.Position || events[0].Client != client {
		return m, false, nil
	}
	r := events[0]
	if r.Type == (domain.WebhookPinged{}).Type() {
		m, err = newMessage(r, 0, domain.PingType, struct{}{})
		return m, at.Ordinal == 0, err
	}
	list, _, err := s.messages(ctx, r, at.Ordinal, 1, func(string) bool { return true })
	if err != nil || len(list) == 0 {
		return m, false, err
	}
	return list[0], list[0].WebhookPlace == at, nil
}

// messages returns the messages of one event from an ordinal on, room at most.
// then is the ordinal from which there may be more; 0 if there are none.
func (s *source) messages(ctx context.Context, r eventstore.Recorded, first int64, room int, want wants) (list []message, then int64, err error) {
	switch aggregate := domain.Aggregate(r.Stream); {
	case aggregate == "file":
		return s.ofFile(ctx, r, first, room, want)
	case aggregate == "transaction":
		list, err = s.ofTransaction(ctx, r, want)
	case aggregate == "holder" && strings.HasPrefix(r.Type, "relationship."):
		list, err = s.ofHolder(ctx, r, want)
	case aggregate == "company":
		list, err = ofCompany(r, want)
	}
	for len(list) > 0 && list[0].Ordinal < first {
		list = list[1:]
	}
	return list, 0, err // these have few messages: no paging within the event
}

// upTo reads the events of a recorded event's stream up to that event.
func (s *source) upTo(ctx context.Context, r eventstore.Recorded) ([]eventstore.Recorded, error) {
	if r.Version == 1 {
		return []eventstore.Recorded{r}, nil
	}
	events, then, err := s.ledger.StreamAsOf(ctx, r.Stream, r.Position)
	return events[:then], err
}
