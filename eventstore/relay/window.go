package relay

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"
)

const (
	maxWaiting      = 2        // requests without an answer; with only one the server would be idle between pages
	maxWaitingBytes = 16 << 20 // payload that is published and not acknowledged
	maxSilentBytes  = 4 << 20  // payload after which an acknowledgement is requested in any case
)

// publisher publishes messages and requests an acknowledgement for few of them;
// the server does not answer the others. As each message requires the one
// before it, a server that acknowledges message n has all up to n. If a message
// is refused or lost, so are those after it, up to the next request, unless
// another relay published the same event. The first message of a publisher is
// always acknowledged: a server that takes no message, because a limit is reached,
// says so only there, and refuses those after it for want of the first. A message
// of somebody else in the place of an event refuses that event alone, since it fits
// those after it: verify finds that. Answers are taken in order; after the first
// bad one the publisher must not be used any more.
type publisher struct {
	js      jetstream.JetStream
	waiting []pendingAck         // oldest first
	bytes   int                  // published and not acknowledged
	silent  int                  // of these, published since the last request
	asked   bool                 // for an acknowledgement, at least once
	reached func(position int64) // called for every acknowledgement
}

// pendingAck is a message whose acknowledgement was requested.
type pendingAck struct {
	position int64
	bytes    int // including the messages before it without a request
	answer   jetstream.PubAckFuture
}

// publish sends a message, after waiting for acknowledgements of older ones if
// too many bytes are pending. Last says that no message follows for now.
func (w *publisher) publish(ctx context.Context, position int64, m message, last bool) error {
	for len(w.waiting) > 0 && w.bytes+len(m.data) > maxWaitingBytes {
		if err := w.settle(ctx); err != nil {
			return err
		}
	}
	w.bytes += len(m.data)
	w.silent += len(m.data)
	if last || w.silent >= maxSilentBytes || !w.asked {
		return w.ask(ctx, position, m)
	}
	if err := publish(w.js.Conn(), m.subject, "", false, m.header, m.data); err != nil {
		return fmt.Errorf("publish event %d: %w", position, err)
	}
	return nil
}

// ask sends a message and requests its acknowledgement.
func (w *publisher) ask(ctx context.Context, position int64, m message) error {
	for len(w.waiting) >= maxWaiting {
		if err := w.settle(ctx); err != nil {
			return err
		}
	}
	asking, err := m.forClient()
	if err != nil {
		return fmt.Errorf("publish event %d: %w", position, err)
	}
	answer, err := w.js.PublishMsgAsync(asking, jetstream.WithRetryAttempts(0))
	if err != nil {
		return fmt.Errorf("publish event %d: %w", position, err)
	}
	w.waiting = append(w.waiting, pendingAck{position, w.silent, answer})
	w.silent, w.asked = 0, true
	return nil
}

// settle waits for the oldest pending acknowledgement.
func (w *publisher) settle(ctx context.Context) error {
	q := w.waiting[0]
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-q.answer.Err():
		return fmt.Errorf("publish the events up to %d: %w", q.position, err)
	case ack := <-q.answer.Ok():
		if ack.Stream != Stream || int64(ack.Sequence) != q.position {
			return fmt.Errorf("event %d became message %d of stream %s", q.position, ack.Sequence, ack.Stream)
		}
	}
	w.waiting = w.waiting[1:]
	w.bytes -= q.bytes
	w.reached(q.position)
	return nil
}

// settleAll waits for all pending acknowledgements.
func (w *publisher) settleAll(ctx context.Context) error {
	for len(w.waiting) > 0 {
		if err := w.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// abandon waits until every request has been answered or has timed out, which
// takes ackWait at most, so that requests of failed publishers do not
// accumulate.
func (w *publisher) abandon(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-w.js.PublishAsyncComplete():
	}
}
