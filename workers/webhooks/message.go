package webhooks

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/achledger/achledger/domain"
	"github.com/achledger/achledger/eventstore"
)

// message is what is posted to a webhook.
type message struct {
	eventstore.WebhookPlace
	kind string // of the message, such as "file.delivered"
	body []byte
}

// body is the JSON of a message, in the form of the Standard Webhooks
// specification.
type body struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"` // business time of the event
	Event     string    `json:"event"`     // event id in the log, with the ordinal if above 0: unique
	Data      any       `json:"data"`
}

// newMessage makes a message of an event of the log.
func newMessage(r eventstore.Recorded, ordinal int64, kind string, data any) (message, error) {
	m := message{WebhookPlace: eventstore.WebhookPlace{Position: r.Position, Ordinal: ordinal}, kind: kind}
	var meta domain.Meta
	if err := json.Unmarshal(r.Meta, &meta); err != nil {
		return m, fmt.Errorf("position %d: decode meta: %w", r.Position, err)
	}
	b := body{Type: kind, Timestamp: meta.At, Event: uuid.UUID(r.EventID).String(), Data: data}
	if ordinal > 0 {
		b.Event = fmt.Sprintf("%s.%d", b.Event, ordinal)
	}
	var err error
	if m.body, err = json.Marshal(b); err != nil {
		return m, fmt.Errorf("encode message %s: %w", m, err)
	}
	return m, nil
}
