package main

import (
	"context"
	"syscall"
	"time"
)

// The allowed pause is that of nodes, because payments do not wait for NATS.
var brokerFaults = []faultKind{
	{"a NATS server is killed", ofNodes, func(x *chaos, _ context.Context) func() {
		x.Brokers[x.random.IntN(3)].Signal(syscall.SIGKILL)
		return nil
	}},
	{"a NATS server is stopped", ofNodes, func(x *chaos, ctx context.Context) func() {
		b := x.Brokers[x.random.IntN(3)]
		b.Signal(syscall.SIGSTOP)
		pause(ctx, 4*time.Second)
		return func() { b.Signal(syscall.SIGCONT) }
	}},
	{"every NATS server is killed", ofNodes, func(x *chaos, _ context.Context) func() {
		for _, b := range x.Brokers {
			b.Signal(syscall.SIGKILL)
		}
		return nil
	}},
}

var databaseFaults = []faultKind{
	{"the primary is killed", ofDatabases, func(x *chaos, ctx context.Context) func() {
		_ = x.Databases.Primary().Kill()
		x.awaitStandby(ctx)
		return nil
	}},
	{"the primary is stopped and wakes later", ofDatabases, func(x *chaos, ctx context.Context) func() {
		before := x.Databases.Promoted()
		primary := x.Databases.Primary()
		_ = primary.Freeze()
		for end := time.Now().Add(30 * time.Second); x.Databases.Promoted() == before && time.Now().Before(end); {
			pause(ctx, 100*time.Millisecond)
		}
		pause(ctx, time.Second)
		return func() { _ = primary.Thaw(); x.awaitWoken(ctx); x.awaitStandby(ctx) }
	}},
	{"the standby is killed", ofDatabases, func(x *chaos, ctx context.Context) func() {
		if s := x.Databases.Standby(); s != nil {
			_ = s.Kill()
			pause(ctx, 500*time.Millisecond)
			x.awaitStandby(ctx)
		}
		return nil
	}},
}

// awaitStandby waits until there is a standby, a minute at most.
func (x *chaos) awaitStandby(ctx context.Context) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && ctx.Err() == nil; pause(ctx, 100*time.Millisecond) {
		if s := x.Databases.Standby(); s != nil && s.Answers(ctx) {
			return
		}
	}
}

// awaitWoken waits until a former primary that woke up has been ended, half a
// minute at most.
func (x *chaos) awaitWoken(ctx context.Context) {
	for end := time.Now().Add(30 * time.Second); x.Databases.Old() != nil && time.Now().Before(end) && ctx.Err() == nil; {
		pause(ctx, 100*time.Millisecond)
	}
}
