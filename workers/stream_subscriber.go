package workers

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore/follow"
	"github.com/achledger/achledger/eventstore/relay"
)

// SubscriberConfig is what a Subscriber needs.
type SubscriberConfig struct {
	JetStream jetstream.JetStream
	Stream    string // relay.Stream
	Group     string // subscribers of a group share its messages
	// From is where a new group begins: at the stream's first message by
	// default.
	From jetstream.DeliverPolicy
	// AckWait is how long a message may stay unacknowledged before it is given
	// to another subscriber: 30 s by default. It is extended while a handler
	// works on the message.
	AckWait time.Duration
	// NackDelay is the delay before a refused message is delivered again.
	NackDelay time.Duration
	Log       *slog.Logger
}

// Subscriber reads the stream of the log's events for watermill's Router.
// Delivery is at least once and in order: the next message of a group comes
// when the previous one is acked. A topic is a subject filter.
type Subscriber struct {
	SubscriberConfig
	closing chan struct{}
	once    sync.Once
	running sync.WaitGroup
}

var _ message.Subscriber = (*Subscriber)(nil)

// errSubscriberClosed is returned by Subscribe after Close.
var errSubscriberClosed = errors.New("the subscriber is closed")

// NewSubscriber checks the configuration.
func NewSubscriber(c SubscriberConfig) (*Subscriber, error) {
	if c.JetStream == nil || c.Stream == "" || c.Group == "" {
		return nil, errors.New("a subscriber needs JetStream, a stream and a group")
	}
	if c.AckWait <= 0 {
		c.AckWait = 30 * time.Second
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Subscriber{SubscriberConfig: c, closing: make(chan struct{})}, nil
}

// Subscribe implements message.Subscriber. The channel is closed when ctx ends
// or the subscriber closes. It keeps trying while the broker cannot be reached.
func (s *Subscriber) Subscribe(ctx context.Context, topic string) (<-chan *message.Message, error) {
	select {
	case <-s.closing:
		return nil, errSubscriberClosed
	default:
	}
	out := make(chan *message.Message)
	ctx, cancel := context.WithCancel(ctx)
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		defer close(out)
		defer cancel()
		go func() { // it ends with the subscription
			select {
			case <-s.closing:
				cancel()
			case <-ctx.Done():
			}
		}()
		var lost relay.Losses
		for ctx.Err() == nil {
			begun := time.Now()
			if err := s.follow(ctx, topic, out); err != nil && ctx.Err() == nil {
				if lost.New(err, time.Since(begun)) {
					s.Log.Warn("lost the broker, trying until it is back", "topic", topic, "err", err)
				}
				follow.Sleep(ctx, time.Second)
			}
		}
	}()
	return out, nil
}

// Close ends all subscriptions and waits for them. A message that is not acked
// by then is delivered again.
func (s *Subscriber) Close() error {
	s.once.Do(func() { close(s.closing) })
	s.running.Wait()
	return nil
}

// follow forwards messages until ctx ends or the broker cannot be reached.
func (s *Subscriber) follow(ctx context.Context, topic string, out chan<- *message.Message) error {
	consumer, err := s.JetStream.CreateOrUpdateConsumer(ctx, s.Stream, jetstream.ConsumerConfig{
		Durable: s.durable(topic), FilterSubject: topic, DeliverPolicy: s.From,
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: s.AckWait, MaxAckPending: 1,
	})
	if err != nil {
		return fmt.Errorf("open consumer %s: %w", s.durable(topic), err)
	}
	// One request for each message: the library's iterator sometimes loses its
	// place when it fetches messages one at a time, and then waits for half a
	// minute.
	for ctx.Err() == nil {
		pull, cancel := context.WithTimeout(ctx, pullTime)
		m, err := consumer.Next(jetstream.FetchContext(pull))
		cancel()
		switch {
		case err == nil:
			s.handle(ctx, m, out)
		case errors.Is(err, nats.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		default:
			return fmt.Errorf("read consumer %s: %w", s.durable(topic), err)
		}
	}
	return nil
}

// pullTime is how long one request waits for a message.
const pullTime = 20 * time.Second

// handle offers one message to the receiver and passes its ack or nack to the
// broker.
func (s *Subscriber) handle(ctx context.Context, m jetstream.Msg, out chan<- *message.Message) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	offered := s.message(ctx, m)
	working := time.NewTicker(s.AckWait / 2)
	defer working.Stop()
	offer := out
	for {
		select {
		case offer <- offered:
			offer = nil
		case <-offered.Acked():
			// Only a confirmed ack prevents another delivery.
			s.noteUnsent(m, m.DoubleAck(context.WithoutCancel(ctx)))
			return
		case <-offered.Nacked():
			s.noteUnsent(m, m.NakWithDelay(s.NackDelay))
			return
		case <-working.C:
			s.noteUnsent(m, m.InProgress())
		case <-ctx.Done():
			s.noteUnsent(m, m.Nak())
			return
		}
	}
}

// noteUnsent logs an ack or nack that did not reach the broker. The message is
// delivered again, and the handler finds its work done.
func (s *Subscriber) noteUnsent(m jetstream.Msg, err error) {
	if err != nil {
		s.Log.Warn("could not answer the broker", "subject", m.Subject(), "err", err)
	}
}

// message converts a message: headers become metadata, and its id is the
// event's.
func (s *Subscriber) message(ctx context.Context, m jetstream.Msg) *message.Message {
	w := message.NewMessage(m.Headers().Get("ce-id"), m.Data())
	for name, values := range m.Headers() {
		w.Metadata.Set(name, values[0])
	}
	w.SetContext(ctx)
	return w
}

// durable is the name of the group's consumer of a topic.
func (s *Subscriber) durable(topic string) string {
	sum := sha256.Sum256([]byte(topic))
	return s.Group + "-" + hex.EncodeToString(sum[:6])
}
