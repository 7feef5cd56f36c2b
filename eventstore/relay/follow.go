package relay

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/achledger/achledger/eventstore/follow"
)

// batch is how many events are read at once; an acknowledgement is requested
// for the last of them.
const batch = 256

// follow publishes the events after last, and those that are appended later,
// until ctx ends or an error occurs. After that the stream has to be asked how
// far it is. as is the stream's settings when it was opened.
func (r *Relay) follow(ctx context.Context, js jetstream.JetStream, as jetstream.StreamConfig, last int64) error {
	hint, stop := r.Store.Notify()
	defer stop()
	look := time.NewTicker(r.Every)
	defer look.Stop()
	l := newEncoder(r.Source, as.Metadata[epochKey])
	w := &publisher{js: js, reached: r.moved}
	defer w.abandon(ctx)
	for {
		events, err := r.Store.ReadAll(ctx, last, batch)
		if err != nil {
			return fmt.Errorf("read the log after %d: %w", last, err)
		}
		for i, e := range events {
			if err := w.publish(ctx, e.Position, l.encode(e), i == len(events)-1); err != nil {
				return err
			}
			last = e.Position
		}
		if len(events) == batch {
			continue // there are more events
		}
		if err := w.settleAll(ctx); err != nil {
			return err
		}
		due := false
		if len(events) > 0 {
			pace.Wait(ctx, func() int64 { return r.behind(ctx, last) }, func() int64 { return budget }, nil)
			select {
			case <-look.C: // under load too
				due = true
			default:
			}
		} else {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-hint:
				follow.Sleep(ctx, quiet)
			case <-look.C:
				due = true
			}
		}
		if due {
			if err := r.checkUnchanged(ctx, js, as, last); err != nil {
				return err
			}
		}
	}
}

// quiet is how long the relay gathers commits after a time without events.
const quiet = 2 * time.Millisecond

// pace is how the relay waits while each look finds events. A look costs more
// than publishing ten events. Budget is how many events the relay publishes in
// half a second.
var pace = follow.Pace{Gather: 25 * time.Millisecond, Burst: 128, Rest: 500 * time.Millisecond}

const budget = 25_000

// behind is the number of events in the log after a position.
func (r *Relay) behind(ctx context.Context, last int64) int64 {
	head, err := r.Store.Head(ctx)
	if err != nil {
		return budget // the next look reports the error
	}
	return head.Position - last
}

// checkUnchanged checks, when everything published is acknowledged, that the stream was
// not wiped, rolled back or edited meanwhile: with other settings, an age limit for
// instance, the server would remove messages that a subscriber has not read yet.
func (r *Relay) checkUnchanged(ctx context.Context, js jetstream.JetStream, as jetstream.StreamConfig, last int64) error {
	s, err := js.Stream(ctx, Stream)
	if err != nil {
		return fmt.Errorf("look at stream %s: %w", Stream, err)
	}
	now, state := s.CachedInfo().Config, s.CachedInfo().State
	if have, was := now.Metadata[epochKey], as.Metadata[epochKey]; have != was {
		return fmt.Errorf("the stream is of epoch %q and was of %q", have, was)
	}
	if have := int64(state.LastSeq); have != last {
		if have < last {
			r.lost()
		}
		return fmt.Errorf("the stream is at %d and was at %d", have, last)
	}
	if state.Msgs != state.LastSeq {
		return fmt.Errorf("the stream holds %d messages of %d", state.Msgs, state.LastSeq)
	}
	// What the server did not correct when the stream was opened is not corrected now.
	if !reflect.DeepEqual(now, as) && !reflect.DeepEqual(now, r.settings(now)) {
		return errors.New("somebody changed the settings of the stream")
	}
	return r.checkWritten(ctx, s, last)
}

// checkWritten reads the newest message once, a look after it became the newest: a server
// that writes later may have failed to, and says so only to who publishes the next one.
func (r *Relay) checkWritten(ctx context.Context, s jetstream.Stream, last int64) error {
	if last == 0 || last == r.written || last != r.newest {
		r.newest = last
		return nil
	}
	_, err := s.GetMsg(ctx, uint64(last))
	switch {
	case errors.Is(err, jetstream.ErrMsgNotFound):
		r.lost()
		return fmt.Errorf("message %d was acknowledged and is not in the stream", last)
	case err != nil:
		return fmt.Errorf("read message %d: %w", last, err)
	}
	r.written = last
	return nil
}
