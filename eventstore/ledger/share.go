package ledger

import (
	"time"

	"golang.org/x/time/rate"
)

// Nodes returns the number of nodes among which a limit is divided. Each node
// counts by itself; together they allow what the limit says. Nil is one node.
type Nodes func() int

// Share gives a limiter this node's part of a limit and of a burst. The burst
// is rounded up, so that no caller has to wait before its first use.
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
