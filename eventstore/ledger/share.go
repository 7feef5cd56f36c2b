package ledger

import (
	"time"

	"golang.org/x/time/rate"
)

// Nodes says among how many nodes a limit is divided: each counts by itself, so
// that together they let through what is meant. Nil is one node.
type Nodes func() int

// Share gives a limiter this node's part of a limit and of a burst, which is
// rounded up: nobody has to wait who did nothing yet.
func (n Nodes) Share(l *rate.Limiter, now time.Time, limit rate.Limit, burst int) {
	if n == nil {
		return
	}
	nodes := max(1, n())
	limit, burst = limit/rate.Limit(nodes), (burst+nodes-1)/nodes
	if l.Limit() != limit {
		l.SetLimitAt(now, limit)
	}
	if l.Burst() != burst {
		l.SetBurstAt(now, burst)
	}
}
