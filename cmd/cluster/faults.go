package main

import (
	"context"
	"fmt"
	"syscall"
	"time"

	"github.com/achledger/achledger/cmd/internal/cluster"
)

// faultKind breaks something, and heals it where nobody else does.
type faultKind struct {
	name    string
	allowed time.Duration // until payments are acknowledged again
	weight  int
	do      func(x *chaos, ctx context.Context) (heal func())
}

var faultKinds = []faultKind{
	{"a node is killed", 5 * time.Second, 4, func(x *chaos, _ context.Context) func() {
		x.someNode().Signal(syscall.SIGKILL)
		return nil
	}},
	{"a node is stopped", 5 * time.Second, 4, func(x *chaos, ctx context.Context) func() {
		n := x.someNode()
		n.Signal(syscall.SIGSTOP)
		pause(ctx, time.Duration(1+x.random.IntN(8))*time.Second)
		return func() { n.Signal(syscall.SIGCONT) }
	}},
	{"a NATS server is killed", 5 * time.Second, 1, func(x *chaos, _ context.Context) func() {
		x.Brokers[x.random.IntN(3)].Signal(syscall.SIGKILL)
		return nil
	}},
	{"a NATS server is stopped", 5 * time.Second, 1, func(x *chaos, ctx context.Context) func() {
		b := x.Brokers[x.random.IntN(3)]
		b.Signal(syscall.SIGSTOP)
		pause(ctx, 4*time.Second)
		return func() { b.Signal(syscall.SIGCONT) }
	}},
	{"the primary is killed", 15 * time.Second, 2, func(x *chaos, ctx context.Context) func() {
		if x.Databases.Standby() == nil {
			return nil
		}
		_ = x.Databases.Primary().Kill()
		x.awaitStandby(ctx)
		return nil
	}},
	{"the primary is stopped and wakes later", 15 * time.Second, 2, func(x *chaos, ctx context.Context) func() {
		if x.Databases.Standby() == nil {
			return nil
		}
		before := x.Databases.Promoted()
		primary := x.Databases.Primary()
		_ = primary.Freeze()
		for end := time.Now().Add(30 * time.Second); x.Databases.Promoted() == before && time.Now().Before(end); {
			pause(ctx, 100*time.Millisecond)
		}
		pause(ctx, time.Second)
		return func() { _ = primary.Thaw(); x.awaitStandby(ctx) }
	}},
	{"the standby is killed", 15 * time.Second, 1, func(x *chaos, ctx context.Context) func() {
		if s := x.Databases.Standby(); s != nil {
			_ = s.Kill()
			pause(ctx, 500*time.Millisecond)
			x.awaitStandby(ctx)
		}
		return nil
	}},
	{"a node is cut off from the database", 5 * time.Second, 2, func(x *chaos, ctx context.Context) func() {
		n := x.someNode()
		for range 5 {
			for _, w := range n.Wires {
				w.Cut()
			}
			pause(ctx, 300*time.Millisecond)
		}
		return nil
	}},
	{"a node's database is slow", 5 * time.Second, 2, func(x *chaos, ctx context.Context) func() {
		n := x.someNode()
		for _, w := range n.Wires {
			w.Slow(400 * time.Millisecond)
		}
		pause(ctx, 5*time.Second)
		return func() {
			for _, w := range n.Wires {
				w.Slow(0)
			}
		}
	}},
}

func (x *chaos) someNode() *cluster.Node { return x.Nodes[x.random.IntN(len(x.Nodes))] }

// fault does one, and measures until when payments are acknowledged again.
func (x *chaos) fault(ctx context.Context, n, of int) {
	total := 0
	for _, k := range faultKinds {
		total += k.weight
	}
	at := x.random.IntN(total)
	kind := faultKinds[0]
	for _, kind = range faultKinds {
		if at -= kind.weight; at < 0 {
			break
		}
	}
	begun := time.Now()
	watch, stop := context.WithCancel(ctx)
	longest := make(chan time.Duration)
	go func() { longest <- x.longestPause(watch, begun) }()
	heal := kind.do(x, ctx)
	pause(ctx, time.Duration(1000+x.random.IntN(2000))*time.Millisecond)
	if heal != nil {
		heal()
	}
	pause(ctx, time.Second)
	x.model.awaitWrite(ctx)
	stop()
	took := <-longest
	fmt.Printf("%3d/%d  %-40s writes paused for %4.1f s\n", n, of, kind.name, took.Seconds())
	if took > x.worst[kind.name] {
		x.worst[kind.name] = took
	}
	if took > kind.allowed {
		x.model.fail("%s: no payment was acknowledged for %.1f s", kind.name, took.Seconds())
	}
}

// longestPause is the longest time between two acknowledged writes, until ctx ends.
func (x *chaos) longestPause(ctx context.Context, begun time.Time) (longest time.Duration) {
	for ctx.Err() == nil {
		last := x.model.lastWrite()
		if last.Before(begun) {
			last = begun
		}
		longest = max(longest, time.Since(last))
		pause(ctx, 20*time.Millisecond)
	}
	return longest
}

// awaitWrite waits until a write is acknowledged from now on, for a minute.
func (m *model) awaitWrite(ctx context.Context) {
	from := time.Now()
	for end := from.Add(time.Minute); m.lastWrite().Before(from) && time.Now().Before(end) && ctx.Err() == nil; {
		pause(ctx, 20*time.Millisecond)
	}
}

// awaitStandby waits until there is a standby again, for a minute: a second
// fault of the databases before would be more than they are made for.
func (x *chaos) awaitStandby(ctx context.Context) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && ctx.Err() == nil; {
		if s := x.Databases.Standby(); s != nil && s.Answers(ctx) {
			return
		}
		pause(ctx, 100*time.Millisecond)
	}
}

// heal waits until every node is ready.
func (x *chaos) heal(ctx context.Context) {
	for _, n := range x.Nodes {
		for end := time.Now().Add(time.Minute); !n.Ready() && ctx.Err() == nil; pause(ctx, 100*time.Millisecond) {
			if time.Now().After(end) {
				x.model.fail("node %s is not ready a minute after the last fault", n.Name)
				break
			}
		}
	}
}
