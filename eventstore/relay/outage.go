package relay

import (
	"context"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/achledger/achledger/eventstore/follow"
)

const (
	firstWait = 20 * time.Millisecond // after the first of consecutive failures
	longWait  = 5 * time.Second       // the longest wait
)

// outage is a time without a broker. It is logged once when it begins and once
// when it ends, whatever the number of attempts.
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

// wait waits before the next attempt, each time for longer until one makes
// progress.
func (o *outage) wait(ctx context.Context, why error, moved bool) {
	if ctx.Err() != nil {
		return
	}
	if moved {
		o.next.Reset()
	}
	if !o.on {
		o.log.Warn("relay interrupted; the log continues without it", "err", why)
		o.on = true
	}
	follow.Sleep(ctx, o.next.NextBackOff())
}

// over ends the outage, if there is one.
func (o *outage) over(position int64) {
	if o.on {
		o.log.Info("relay continues", "position", position)
		o.on = false
	}
}
