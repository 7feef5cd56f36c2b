package relay

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

const (
	maxWaiting      = 2        // questions not yet answered; with one the server would run dry between pages
	maxWaitingBytes = 16 << 20 // payload published and not yet answered for
	maxSilentBytes  = 4 << 20  // payload after which to ask in any case
)

// publisher publishes messages and asks the server about few of them; the others
// are silent: a server answers only where an answer is asked for. As each
// message demands the one before it, the server that took message n holds all
// up to n. If one is refused or lost, so are those behind it, down to the next
// question, unless another relay put the same event there. Answers are taken
// in order; after the first bad one the window is of no more use.
type publisher struct {
	js      jetstream.JetStream
	waiting []pendingAck         // oldest first
	bytes   int                  // published and not yet answered for
	silent  int                  // of these, published since the last question
	reached func(position int64) // called for every answer
}

// pendingAck is a message that asks for an answer.
type pendingAck struct {
	position int64
	bytes    int // with the silent messages before it
	answer   jetstream.PubAckFuture
}

// publish sends a message, when need be after waiting for older ones. last
// says that nothing follows it for now.
func (w *publisher) publish(ctx context.Context, position int64, m *nats.Msg, last bool) error {
	for len(w.waiting) > 0 && w.bytes+len(m.Data) > maxWaitingBytes {
		if err := w.settle(ctx); err != nil {
			return err
		}
	}
	w.bytes += len(m.Data)
	w.silent += len(m.Data)
	if last || w.silent >= maxSilentBytes {
		return w.ask(ctx, position, m)
	}
	if err := w.js.Conn().PublishMsg(m); err != nil {
		return fmt.Errorf("publish event %d: %w", position, err)
	}
	return nil
}

// ask sends a message that the server must answer.
func (w *publisher) ask(ctx context.Context, position int64, m *nats.Msg) error {
	for len(w.waiting) >= maxWaiting {
		if err := w.settle(ctx); err != nil {
			return err
		}
	}
	answer, err := w.js.PublishMsgAsync(m, jetstream.WithRetryAttempts(0))
	if err != nil {
		return fmt.Errorf("publish event %d: %w", position, err)
	}
	w.waiting = append(w.waiting, pendingAck{position, w.silent, answer})
	w.silent = 0
	return nil
}

// settle waits for the answer to the oldest question.
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

// settleAll waits for the answers to all questions.
func (w *publisher) settleAll(ctx context.Context) error {
	for len(w.waiting) > 0 {
		if err := w.settle(ctx); err != nil {
			return err
		}
	}
	return nil
}

// abandon waits until nothing that was asked can be answered any more, which
// takes ackWait at most, so that failed windows do not pile up.
func (w *publisher) abandon(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-w.js.PublishAsyncComplete():
	}
}
