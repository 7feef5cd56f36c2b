package node

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore/relay"
	"github.com/achledger/achledger/workers"
)

// deliverOnCut delivers a file as soon as the stream reports that it was cut.
// It only saves the wait for the next sweep, which does the same work, so its
// errors are logged and stop nothing.
func (s *Server) deliverOnCut(ctx context.Context, c *workerSet) error {
	if err := s.follow(ctx, c); err != nil && ctx.Err() == nil {
		s.log.Warn("files wait for the next sweep to be delivered", "err", err)
	}
	return nil
}

func (s *Server) follow(ctx context.Context, c *workerSet) error {
	js, err := jetstream.New(s.broker.conn)
	if err != nil {
		return err
	}
	subscriber, err := workers.NewSubscriber(workers.SubscriberConfig{
		JetStream: js, Stream: relay.Stream, Group: "achledger", From: jetstream.DeliverNewPolicy, Log: s.log,
	})
	if err != nil {
		return err
	}
	router, err := workers.NewRouter(workers.RouterConfig{
		Delivery: c.delivery, Subscriber: subscriber, Poison: workers.Poison{JetStream: js, Log: s.log}, Log: quiet(s.log),
	})
	if err != nil {
		return err
	}
	if err := router.Run(ctx); err != nil {
		return fmt.Errorf("run the router: %w", err)
	}
	return nil
}

// quiet drops watermill's messages below warning.
func quiet(log *slog.Logger) *slog.Logger { return slog.New(warnings{log.Handler()}) }

type warnings struct{ slog.Handler }

// Enabled implements slog.Handler.
func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// WithAttrs implements slog.Handler.
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }
