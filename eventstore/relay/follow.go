package relay

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// batch is how many events are read at once; the server is asked about the
// last of them.
const batch = 256

// follow publishes the events after last, and then those to come, until ctx
// ends or something goes wrong. What then is in the stream is for the stream
// to say.
func (r *Relay) follow(ctx context.Context, js jetstream.JetStream, last int64) error {
	hint, stop := r.Store.Notify()
	defer stop()
	look := time.NewTicker(r.Every)
	defer look.Stop()
	l := &letter{source: r.Source}
	w := &window{js: js, reached: r.moved}
	defer w.abandon(ctx)
	for {
		events, err := r.Store.ReadAll(ctx, last, batch)
		if err != nil {
			return fmt.Errorf("read the log after %d: %w", last, err)
		}
		for i, e := range events {
			if err := w.publish(ctx, e.Position, l.write(e), i == len(events)-1); err != nil {
				return err
			}
			last = e.Position
		}
		if len(events) == batch {
			continue // there are more
		}
		if err := w.settleAll(ctx); err != nil {
			return err
		}
		if len(events) > 0 {
			r.gather(ctx, last)
			continue
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-hint:
			wait(ctx, quiet)
		case <-look.C:
			if err := stillAt(ctx, js, last); err != nil {
				return err
			}
		}
	}
}

// How long the relay waits for more commits to come before it looks at the
// log, so that many requests share one look. A look costs more than
// publishing ten events.
const (
	quiet = 2 * time.Millisecond  // after a time without events
	busy  = 10 * time.Millisecond // while each look finds some

	// Where many came within busy, the relay leaves the processor to those
	// who write for a while: it makes up for as many in that time.
	many    = 128
	resting = 500 * time.Millisecond
	most    = 25_000 // events
)

// gather waits after a look that found something, up to an event.
func (r *Relay) gather(ctx context.Context, last int64) {
	wait(ctx, busy)
	if r.behind(ctx, last) < many {
		return
	}
	for end := time.Now().Add(resting); ctx.Err() == nil && time.Now().Before(end) && r.behind(ctx, last) < most; {
		wait(ctx, busy)
	}
}

// behind is how many events of the log come after one.
func (r *Relay) behind(ctx context.Context, last int64) int64 {
	head, err := r.Store.Head(ctx)
	if err != nil {
		return most // the next look says what is wrong
	}
	return head.Position - last
}

func wait(ctx context.Context, d time.Duration) {
	enough := time.NewTimer(d)
	defer enough.Stop()
	select {
	case <-ctx.Done():
	case <-enough.C:
	}
}

// stillAt makes sure, while there is nothing to publish, that the stream was
// not wiped or rolled back meanwhile.
func stillAt(ctx context.Context, js jetstream.JetStream, last int64) error {
	s, err := js.Stream(ctx, Stream)
	if err != nil {
		return fmt.Errorf("look at stream %s: %w", Stream, err)
	}
	if have := int64(s.CachedInfo().State.LastSeq); have != last {
		return fmt.Errorf("the stream is at %d and was at %d", have, last)
	}
	return nil
}
