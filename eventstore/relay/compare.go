package relay

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore"
)

// Comparison is the result of comparing the stream with the log.
type Comparison struct {
	Messages int64    // compared, from sequence 1 on
	Head     int64    // of the log when the comparison began
	Problems []string // the first ones
}

// pageEvents are read from the log at once.
const pageEvents = 1000

// mostProblems bounds how many problems a comparison names.
const mostProblems = 20

// While a cluster elects a leader, requests stay unanswered. A request is
// repeated after requestTimeout. A consumer that misses two heartbeats is replaced
// by the library, after 10 s.
const (
	requestTimeout  = 2 * time.Second
	electionTimeout = time.Minute
)

// ask repeats a request until there is an answer, for as long as an election
// may take.
func ask[T any](ctx context.Context, question func(context.Context) (T, error)) (answer T, err error) {
	for end := time.Now().Add(electionTimeout); ; {
		once, cancel := context.WithTimeout(ctx, requestTimeout)
		answer, err = question(once)
		cancel()
		unanswered := errors.Is(err, context.DeadlineExceeded) || errors.Is(err, nats.ErrTimeout)
		if !unanswered || ctx.Err() != nil || time.Now().After(end) {
			return answer, err
		}
	}
}

// Compare reads the headers of every message and compares them with the log.
func Compare(ctx context.Context, conn *nats.Conn, store eventstore.Store) (found Comparison, err error) {
	head, err := store.Head(ctx)
	if err != nil {
		return found, err
	}
	found.Head = head.Position
	js, err := jetstream.New(conn)
	if err != nil {
		return found, err
	}
	stream, err := ask(ctx, func(ctx context.Context) (jetstream.Stream, error) { return js.Stream(ctx, Stream) })
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return found, nil // the relay is about to create the stream
	}
	if err != nil {
		return found, fmt.Errorf("reach the stream: %w", err)
	}
	last := int64(stream.CachedInfo().State.LastSeq)
	if last > head.Position {
		found.Problems = append(found.Problems, fmt.Sprintf("the stream has %d messages, the log %d events", last, head.Position))
		last = head.Position
	}
	if first := stream.CachedInfo().State.FirstSeq; last > 0 && first != 1 {
		found.Problems = append(found.Problems, fmt.Sprintf("the stream begins with message %d", first))
		return found, nil
	}
	consumer, err := ask(ctx, func(ctx context.Context) (jetstream.Consumer, error) {
		return js.OrderedConsumer(ctx, Stream, jetstream.OrderedConsumerConfig{HeadersOnly: true})
	})
	if err != nil {
		return found, fmt.Errorf("read the stream: %w", err)
	}
	messages, err := consumer.Messages(jetstream.PullMaxMessages(4 * pageEvents))
	if err != nil {
		return found, fmt.Errorf("read the stream: %w", err)
	}
	defer messages.Stop()
	err = found.walk(ctx, messages, store, epochOf(stream), last)
	return found, err
}

// walk compares message n with event n, from 1 to last.
func (c *Comparison) walk(ctx context.Context, messages jetstream.MessagesContext, store eventstore.Store, epoch string, last int64) error {
	for c.Messages < last && len(c.Problems) < mostProblems {
		events, err := store.ReadAll(ctx, c.Messages, int(min(pageEvents, last-c.Messages)))
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return fmt.Errorf("the log ends after %d", c.Messages)
		}
		if err := c.page(ctx, messages, events, epoch); err != nil {
			return err
		}
	}
	return nil
}

// page compares the next messages with events.
func (c *Comparison) page(ctx context.Context, messages jetstream.MessagesContext, events []eventstore.Recorded, epoch string) error {
	ctx, cancel := context.WithTimeout(ctx, electionTimeout)
	defer cancel()
	for _, e := range events {
		if len(c.Problems) >= mostProblems {
			break
		}
		n := e.Position
		message, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			return fmt.Errorf("read message %d: %w", n, err)
		}
		meta, err := message.Metadata()
		if err != nil {
			return err
		}
		h := message.Headers()
		if int64(meta.Sequence.Stream) != n || h.Get(HashHeader) != hex.EncodeToString(e.Hash[:]) || message.Subject() != Subject(e) {
			c.Problems = append(c.Problems, fmt.Sprintf("message %d is not the event at position %d", meta.Sequence.Stream, n))
		}
		if have := h.Get(EpochHeader); have != "" && have != epoch { // messages of an earlier release have none
			c.Problems = append(c.Problems, fmt.Sprintf("message %d is of epoch %q, the stream of %q", n, have, epoch))
		}
		c.Messages = n
	}
	return nil
}
