package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/achledger/achledger/cmd/internal/cluster"
)

// chaos has payments, recalls, uploads, answers of the bank and passing windows
// go on while parts of the cluster are killed, stopped and cut off, and then
// looks whether what was acknowledged is true. It shares no code with the
// server: it knows what it sent, and reads files by their columns.
type chaos struct {
	*cluster.Cluster
	random  *rand.Rand
	model   *model
	bank    *bank
	api     *api
	worst   map[string]time.Duration // longest pause of writes, by kind of fault
	program string                   // achledger
}

func (o options) chaos(ctx context.Context) error {
	if o.Seed == 0 {
		o.Seed = rand.Uint64()
	}
	fmt.Printf("Seed %d: %d faults.\n", o.Seed, o.Faults)
	return o.with(ctx, slog.LevelError, func(c *cluster.Cluster) error {
		x := &chaos{
			Cluster: c, random: rand.New(rand.NewPCG(o.Seed, 0)), model: newModel(), worst: map[string]time.Duration{},
			api: newAPI(c.Base, c.Ops), program: o.Program,
		}
		x.bank = &bank{outbox: c.Outbox, model: x.model, keys: map[string]string{}, contents: map[[32]byte]string{}}
		if err := x.run(ctx, o.Faults); err != nil {
			return err
		}
		x.report(os.Stdout)
		return x.model.verdict()
	})
}

// run breaks and heals, and checks at the end.
func (x *chaos) run(ctx context.Context, faults int) error {
	if err := x.takeOn(ctx); err != nil {
		return err
	}
	loaded, stop := context.WithCancel(ctx)
	defer stop()
	var load sync.WaitGroup
	load.Go(func() { x.bank.run(loaded) })
	for _, work := range []func(context.Context){x.pay, x.pay, x.pay, x.bulk, x.recall, x.upload, x.answer, x.passTime} {
		load.Go(func() { work(loaded) })
	}
	time.Sleep(2 * time.Second)
	for i := range faults {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		x.fault(ctx, i+1, faults)
	}
	x.heal(ctx)
	stop()
	load.Wait()
	return x.check(ctx)
}

func (x *chaos) report(out *os.File) {
	m := x.model
	m.mu.Lock()
	defer m.mu.Unlock()
	fmt.Fprintf(out, "\n%d payments acknowledged, %d of them recalled, %d uploads, %d returns; %d files with %d entries at the bank, delivery unknown %d times.\n",
		m.count(func(p *payment) bool { return p.acknowledged }), m.count(func(p *payment) bool { return p.recalled }), m.uploads, m.returns, len(x.bank.keys), len(m.left), m.unknown)
	fmt.Fprintf(out, "The standby took over %d times. Longest pause of writes after a fault:\n", x.Databases.Promoted())
	for _, kind := range faultKinds {
		if d, ok := x.worst[kind.name]; ok {
			fmt.Fprintf(out, "  %-40s %6.1f s, allowed %2.0f s\n", kind.name, d.Seconds(), kind.allowed.Seconds())
		}
	}
}
