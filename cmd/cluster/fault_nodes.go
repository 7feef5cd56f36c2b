package main

import (
	"context"
	"syscall"
	"time"

	"github.com/achledger/achledger/cmd/internal/cluster"
)

var nodeFaults = []faultKind{
	{"a node is killed", ofNodes, func(x *chaos, _ context.Context) func() {
		x.someNode().Signal(syscall.SIGKILL)
		return nil
	}},
	{"a node is stopped", ofNodes, func(x *chaos, ctx context.Context) func() {
		n := x.someNode()
		n.Signal(syscall.SIGSTOP)
		pause(ctx, time.Duration(1+x.random.IntN(8))*time.Second)
		return func() { n.Signal(syscall.SIGCONT) }
	}},
	{"the leader is killed", ofNodes, func(x *chaos, ctx context.Context) func() {
		if n := x.leader(ctx); n != nil {
			n.Signal(syscall.SIGKILL)
		}
		return nil
	}},
	{"the leader is stopped until another leads", ofNodes, func(x *chaos, ctx context.Context) func() {
		n := x.leader(ctx)
		if n == nil {
			return nil
		}
		n.Signal(syscall.SIGSTOP)
		x.awaitOther(ctx, n)
		return func() { n.Signal(syscall.SIGCONT) }
	}},
	// It does not learn that its session has ended: for a while two nodes act
	// as the leader.
	{"the leader hears nothing until another leads", ofNodes, func(x *chaos, ctx context.Context) func() {
		n := x.leader(ctx)
		if n == nil {
			return nil
		}
		n.Hold(true)
		x.awaitOther(ctx, n)
		return func() { n.Hold(false) }
	}},
	{"a node is cut off from the database", ofNodes, func(x *chaos, ctx context.Context) func() {
		n := x.someNode()
		for range 5 {
			for _, w := range n.Wires {
				w.Cut()
			}
			pause(ctx, 300*time.Millisecond)
		}
		return nil
	}},
	{"a node's database is slow", ofNodes, func(x *chaos, ctx context.Context) func() {
		n := x.someNode()
		slow := func(by time.Duration) {
			for _, w := range n.Wires {
				w.Slow(by)
			}
		}
		slow(400 * time.Millisecond)
		pause(ctx, 5*time.Second)
		return func() { slow(0) }
	}},
}

// leader waits for a leader, half a minute at most.
func (x *chaos) leader(ctx context.Context) *cluster.Node {
	return x.awaitLeader(ctx, func(n *cluster.Node) bool { return n != nil })
}

// awaitOther waits until another node leads.
func (x *chaos) awaitOther(ctx context.Context, than *cluster.Node) {
	x.awaitLeader(ctx, func(n *cluster.Node) bool { return n != nil && n != than })
}

func (x *chaos) awaitLeader(ctx context.Context, is func(*cluster.Node) bool) *cluster.Node {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end) && ctx.Err() == nil; pause(ctx, 100*time.Millisecond) {
		if n := x.Leader(ctx); is(n) {
			return n
		}
	}
	if ctx.Err() == nil {
		x.model.fail("for half a minute no node led that had to")
	}
	return nil
}
