package relay

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	maxWaiting      = 512      // messages published and not yet answered for
	maxWaitingBytes = 16 << 20 // and their payload
)

// window publishes messages without waiting for each answer. Answers are
// taken in order; after the first bad one the window is of no more use.
type window struct {
	js      jetstream.JetStream
	waiting []sent // oldest first
	bytes   int
	reached func(position int64) // called for every message the stream took
}

// sent is a message on its way.
type sent struct {
	position int64
	bytes    int
	answer   jetstream.PubAckFuture
}

// publish sends a message, when need be after waiting for older ones.
func (w *window) publish(ctx context.Context, position int64, m *nats.Msg) error {
	for len(w.waiting) >= maxWaiting || len(w.waiting) > 0 && w.bytes+len(m.Data) > maxWaitingBytes {
		if err := w.settle(ctx); err != nil {
			return err
		}
	}
	answer, err := w.js.PublishMsgAsync(m, jetstream.WithRetryAttempts(0))
	if err != nil {
		return fmt.Errorf("publish event %d: %w", position, err)
	}
	w.waiting = append(w.waiting, sent{position, len(m.Data), answer})
	w.bytes += len(m.Data)
	return nil
}

// settle waits for the answer to the oldest message.
func (w *window) settle(ctx context.Context) error {
	s := w.waiting[0]
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-s.answer.Err():
		return fmt.Errorf("publish event %d: %w", s.position, err)
	case ack := <-s.answer.Ok():
		if ack.Stream != Stream || int64(ack.Sequence) != s.position {
			return fmt.Errorf("event %d became message %d of stream %s", s.position, ack.Sequence, ack.Stream)
		}
	}
	w.waiting = w.waiting[1:]
	w.bytes -= s.bytes
	w.reached(s.position)
	return nil
}

// settleAll waits for the answers to all messages.
func (w *window) settleAll(ctx context.Context) error {
	for len(w.waiting) > 0 {
		if err := w.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// abandon waits until nothing that was published can be answered any more,
// which takes ackWait at most, so that failed windows do not pile up.
func (w *window) abandon(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-w.js.PublishAsyncComplete():
	}
}
