package workers

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	"github.com/ThreeDotsLabs/watermill/message"
	"github.com/ThreeDotsLabs/watermill/message/router/middleware"

	"github.com/achledger/achledger/eventstore/relay"
)

// FileTopic matches the events of files that call for delivery.
const FileTopic = "ledger.*.file.cut"

// PoisonTopic receives messages that could not be handled.
const PoisonTopic = "poison.file"

// Retries of a message whose handler fails.
const (
	tryWithin    = 2 * time.Minute
	retries      = 3
	firstBackoff = 200 * time.Millisecond // doubles with each retry
)

// RouterConfig is what NewRouter needs.
type RouterConfig struct {
	Delivery   *Delivery
	Subscriber message.Subscriber
	Poison     message.Publisher // receives messages that could not be handled
	Log        *slog.Logger
}

// NewRouter makes watermill's Router, which starts side effects as soon as the
// stream of events asks for them: it delivers a file that was cut. A handler
// that panics or fails is retried; then its message goes to the poison queue
// and the following messages are handled. Nothing depends on the router: the
// next sweep does the same work.
func NewRouter(c RouterConfig) (*message.Router, error) {
	if c.Delivery == nil || c.Subscriber == nil || c.Poison == nil {
		return nil, errors.New("a router needs a delivery, a subscriber and a poison queue")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	logger := watermill.NewSlogLogger(c.Log)
	router, err := message.NewRouter(message.RouterConfig{CloseTimeout: 10 * time.Second}, logger)
	if err != nil {
		return nil, fmt.Errorf("make the router: %w", err)
	}
	poison, err := middleware.PoisonQueue(c.Poison, PoisonTopic)
	if err != nil {
		return nil, fmt.Errorf("make the poison queue: %w", err)
	}
	retry := middleware.Retry{
		MaxRetries: retries, InitialInterval: firstBackoff, Multiplier: 2, MaxInterval: 10 * firstBackoff,
		ResetContextOnRetry: true, Logger: logger,
	}
	router.AddMiddleware(poison, retry.Middleware, middleware.Timeout(tryWithin), middleware.Recoverer)
	router.AddConsumerHandler("deliver", FileTopic, c.Subscriber, c.Delivery.handle)
	return router, nil
}

// handle delivers the file that an event is about. It does not wait for a
// bank's server, because messages of all files are handled one after the other.
func (d *Delivery) handle(m *message.Message) error {
	stream := m.Metadata.Get(relay.StreamHeader)
	id, ok := strings.CutPrefix(stream, "file/")
	if !ok {
		return fmt.Errorf("stream %q is not a file's", stream)
	}
	return d.Soon(m.Context(), id)
}
