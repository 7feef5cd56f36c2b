package node

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/achledger/achledger/projections"
)

var (
	queued        = gauge("queue_entries", "What waits for a person, by kind, as GET /v1/ops/queue has it.", "kind")
	queuedAge     = gauge("queue_oldest_age_seconds", "Business time for which the oldest of a kind has waited for a person.", "kind")
	queueDeadline = gauge("queue_deadline_seconds", "Business time until the next deadline of what waits for a person; below zero: it has passed.", "kind")
	windowsMissed = gauge("windows_missed", "Queues of a client at an ODFI in which something waits although the window at which it should have been cut has passed, where files may leave.")
)

// waits sends what waits for a person.
func (g *gauges) waits(ctx context.Context, send sender) {
	now := g.server.Ledger.Now()
	all, err := g.server.views.Waits(ctx, now)
	if err != nil {
		return
	}
	for _, kind := range projections.WaitKinds {
		sum := waitsOf(kind, all)
		send(queued, float64(sum.Count), kind)
		if !sum.Oldest.IsZero() {
			send(queuedAge, now.Sub(sum.Oldest).Seconds(), kind)
		}
		if !sum.Deadline.IsZero() {
			send(queueDeadline, sum.Deadline.Sub(now).Seconds(), kind)
		}
	}
	if missed, err := g.server.workers().batcher.WindowsMissed(ctx, now); err == nil {
		send(windowsMissed, float64(missed))
	}
}

// waitsOf totals what is reported by rule.
func waitsOf(kind string, all []projections.Waits) (sum projections.Waits) {
	for _, w := range all {
		if w.What == kind {
			sum.Count += w.Count
			sum.Oldest = earlier(sum.Oldest, w.Oldest)
			sum.Deadline = earlier(sum.Deadline, w.Deadline)
		}
	}
	return sum
}

// earlier is the earlier of two instants, ignoring a zero one.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// returns counts returns by code, as they are written to the log.
func returns(r *prometheus.Registry) func(code string) {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "achledger_returns_total", Help: "Returns of our entries that came in, by code.",
	}, []string{"code"})
	r.MustRegister(c)
	return func(code string) { c.WithLabelValues(code).Inc() }
}
