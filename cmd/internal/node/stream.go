package node

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/relay"
)

// Echo is how the stream compares with the log.
type Echo struct {
	Messages int64    // compared, from sequence 1 on
	Head     int64    // of the log when the comparison began
	Problems []string // the first ones
}

// mostProblems of a stream are told.
const mostProblems = 20

// CompareStream reads every message's headers and compares them with the log.
func (s *Server) CompareStream(ctx context.Context, _ Nothing) (echo Echo, err error) {
	head, err := s.Store.Head(ctx)
	if err != nil {
		return echo, err
	}
	echo.Head = head.Position
	js, err := jetstream.New(s.broker.conn)
	if err != nil {
		return echo, err
	}
	stream, err := js.Stream(ctx, relay.Stream)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return echo, nil // the relay is about to make it
	}
	if err != nil {
		return echo, fmt.Errorf("reach the stream: %w", err)
	}
	last := int64(stream.CachedInfo().State.LastSeq)
	if last > head.Position {
		echo.Problems = append(echo.Problems, fmt.Sprintf("the stream has %d messages, the log %d events", last, head.Position))
		last = head.Position
	}
	if first := stream.CachedInfo().State.FirstSeq; last > 0 && first != 1 {
		echo.Problems = append(echo.Problems, fmt.Sprintf("the stream begins with message %d", first))
		return echo, nil
	}
	consumer, err := js.OrderedConsumer(ctx, relay.Stream, jetstream.OrderedConsumerConfig{HeadersOnly: true})
	if err != nil {
		return echo, fmt.Errorf("read the stream: %w", err)
	}
	messages, err := consumer.Messages()
	if err != nil {
		return echo, fmt.Errorf("read the stream: %w", err)
	}
	defer messages.Stop()
	err = s.compare(ctx, messages, last, &echo)
	return echo, err
}

// compare walks both from 1 to last.
func (s *Server) compare(ctx context.Context, messages jetstream.MessagesContext, last int64, echo *Echo) error {
	var events []eventstore.Recorded
	for n := int64(1); n <= last && len(echo.Problems) < mostProblems; n++ {
		if len(events) == 0 {
			var err error
			if events, err = s.Store.ReadAll(ctx, n-1, 1000); err != nil {
				return err
			}
			if len(events) == 0 {
				return fmt.Errorf("the log ends before %d", n)
			}
		}
		message, err := messages.Next(jetstream.NextMaxWait(10 * time.Second))
		if err != nil {
			return fmt.Errorf("read message %d: %w", n, err)
		}
		meta, err := message.Metadata()
		if err != nil {
			return err
		}
		e := events[0]
		events = events[1:]
		h := message.Headers()
		if int64(meta.Sequence.Stream) != n || h.Get(relay.HashHeader) != hex.EncodeToString(e.Hash[:]) || message.Subject() != relay.Subject(e) {
			echo.Problems = append(echo.Problems, fmt.Sprintf("message %d is not the event at position %d", meta.Sequence.Stream, n))
		}
		echo.Messages = n
	}
	return nil
}
