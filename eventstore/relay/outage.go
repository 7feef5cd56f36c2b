package relay

import (
	"context"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	firstWait = 20 * time.Millisecond // after the first failure in a row
	longWait  = 5 * time.Second       // and the longest, after many
)

// outage is a time without a broker. It is logged once when it begins and
// once when it is over, however many attempts lie between.
type outage struct {
	log  *slog.Logger
	next *backoff.ExponentialBackOff
	on   bool
}

func newOutage(log *slog.Logger) *outage {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = firstWait, longWait
	return &outage{log: log, next: b}
}

// wait waits before the next attempt, longer each time until one moved on.
func (o *outage) wait(ctx context.Context, why error, moved bool) {
	if ctx.Err() != nil {
		return
	}
	if moved {
		o.next.Reset()
	}
	if !o.on {
		o.log.Warn("relay interrupted; the log goes on without it", "err", why)
		o.on = true
	}
	select {
	case <-ctx.Done():
	case <-time.After(o.next.NextBackOff()):
	}
}

// over ends the outage, if there was one.
func (o *outage) over(position int64) {
	if o.on {
		o.log.Info("relay goes on", "position", position)
		o.on = false
	}
}
