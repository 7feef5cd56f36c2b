package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/achledger/achledger/cmd/internal/cluster"
)

// faultKind is a kind of fault. do makes one; heal ends it if nothing else
// does.
type faultKind struct {
	name    string
	allowed time.Duration // longest pause of acknowledged writes
	do      func(x *chaos, ctx context.Context) (heal func())
}

// Longest pause of writes that is allowed after a fault.
const (
	ofNodes     = 5 * time.Second
	ofDatabases = 15 * time.Second
)

var faultKinds = append(append(nodeFaults, brokerFaults...), databaseFaults...)

// deck draws kinds of faults at random, each once before any is repeated.
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

// suffered is the result of all faults of a kind.
type suffered struct {
	times int
	worst time.Duration // longest pause of writes
}

func (x *chaos) someNode() *cluster.Node { return x.Nodes[x.random.IntN(len(x.Nodes))] }

// fault makes one fault, and measures how long no write is acknowledged.
func (x *chaos) fault(ctx context.Context, n, of int) {
	kind := x.deck.deal()
	x.awaitStandby(ctx) // the databases survive one fault at a time
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

// longestPause returns the longest time without an acknowledged write until ctx
// ends.
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

// awaitWrite waits for the next acknowledged write, a minute at most.
func (m *model) awaitWrite(ctx context.Context) {
	from := time.Now()
	for end := from.Add(time.Minute); m.lastWrite().Before(from) && time.Now().Before(end) && ctx.Err() == nil; {
		pause(ctx, 20*time.Millisecond)
	}
}

// heal waits until every node is ready, a minute at most for each.
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
