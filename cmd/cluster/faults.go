package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/achledger/achledger/cmd/internal/cluster"
)

// faultKind breaks something, and heals it where nobody else does.
type faultKind struct {
	name    string
	allowed time.Duration // until payments are acknowledged again
	do      func(x *chaos, ctx context.Context) (heal func())
}

// Writes resume within these after a fault.
const (
	ofNodes     = 5 * time.Second
	ofDatabases = 15 * time.Second
)

var faultKinds = append(append(nodeFaults, brokerFaults...), databaseFaults...)

// deck deals the kinds of faults: each once before any of them again.
type deck struct {
	random *rand.Rand
	left   []int
}

func (d *deck) deal() faultKind {
	if len(d.left) == 0 {
		d.left = d.random.Perm(len(faultKinds))
	}
	kind := faultKinds[d.left[0]]
	d.left = d.left[1:]
	return kind
}

// suffered is what became of the faults of a kind.
type suffered struct {
	times int
	worst time.Duration // longest pause of writes
}

func (x *chaos) someNode() *cluster.Node { return x.Nodes[x.random.IntN(len(x.Nodes))] }

// fault does one, and measures until when payments are acknowledged again.
func (x *chaos) fault(ctx context.Context, n, of int) {
	kind := x.deck.deal()
	x.awaitStandby(ctx) // a second fault of the databases before is more than they are made for
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
	if ctx.Err() != nil {
		return
	}
	s := x.suffered[kind.name]
	x.suffered[kind.name] = suffered{s.times + 1, max(s.worst, took)}
	fmt.Printf("%3d/%d  %s  %-44s writes paused for %4.1f s, %d payments acknowledged so far\n",
		n, of, begun.Format(time.TimeOnly), kind.name, took.Seconds(), x.model.acknowledgements())
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
