package workers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// PoisonStream keeps messages that could not be handled, for a person to
// examine. It is bounded: the log has the events, and sweeps do the work.
const PoisonStream = "POISON"

// Poison publishes to the poison queue, which is a stream of its own beside the
// stream of events.
type Poison struct {
	JetStream jetstream.JetStream
	Log       *slog.Logger
}

var _ message.Publisher = Poison{}

const (
	poisonMessages = 10_000
	poisonAge      = 30 * 24 * time.Hour
	poisonTimeout  = 5 * time.Second
)

// Publish implements message.Publisher.
func (p Poison) Publish(topic string, messages ...*message.Message) error {
	ctx, cancel := context.WithTimeout(context.Background(), poisonTimeout)
	defer cancel()
	_, err := p.JetStream.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: PoisonStream, Subjects: []string{"poison.>"}, Discard: jetstream.DiscardOld,
		MaxMsgs: poisonMessages, MaxAge: poisonAge,
	})
	if err != nil {
		return fmt.Errorf("open the poison queue: %w", err)
	}
	var errs []error
	for _, m := range messages {
		header := nats.Header{}
		for name, value := range m.Metadata {
			if !strings.HasPrefix(name, "Nats-") { // they address the first stream, not this one
				header[name] = []string{value}
			}
		}
		_, err := p.JetStream.PublishMsg(ctx, &nats.Msg{Subject: topic, Header: header, Data: m.Payload})
		errs = append(errs, err)
		if p.Log != nil {
			p.Log.Error("a message could not be handled", "id", m.UUID, "err", m.Metadata.Get(middleware.ReasonForPoisonedKey))
		}
	}
	return errors.Join(errs...)
}

// Close implements message.Publisher.
func (p Poison) Close() error { return nil }
