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

// chaos kills, stops and cuts off parts of the cluster while clients send,
// recall and upload payments, the bank returns some, and windows pass. Then it
// checks that everything that was acknowledged is true. It shares no code with
// the server: it knows what it sent, and reads files by columns.
type chaos struct {
	*cluster.Cluster
	random   *rand.Rand
	deck     *deck
	model    *model
	bank     *bank
	api      *api
	suffered map[string]suffered // by kind of fault
	program  string              // path of achledger
}

func (o options) chaos(ctx context.Context) error {
	if o.Seed == 0 {
		o.Seed = rand.Uint64()
	}
	fmt.Printf("Seed %d: %d faults.\n", o.Seed, o.Faults)
	err := o.with(ctx, slog.LevelError, func(c *cluster.Cluster) error {
		random := rand.New(rand.NewPCG(o.Seed, 0))
		x := &chaos{
			Cluster: c, random: random, deck: &deck{random: random}, model: newModel(), suffered: map[string]suffered{},
			api: newAPI(c.Base, c.Ops), program: o.Program,
		}
		x.bank = newBank(c, x.model)
		if err := x.run(ctx, o.Faults); err != nil {
			return err
		}
		x.report(os.Stdout)
		return x.model.verdict()
	})
	if err != nil {
		return fmt.Errorf("%d faults with seed %d: %w", o.Faults, o.Seed, err)
	}
	return nil
}

// run makes faults under load, and checks at the end.
func (x *chaos) run(ctx context.Context, faults int) error {
	if err := x.takeOn(ctx); err != nil {
		return err
	}
	loaded, stop := context.WithCancel(ctx)
	defer stop()
	var load sync.WaitGroup
	load.Go(func() { x.bank.run(loaded) })
	for _, work := range []func(context.Context){x.pay, x.pay, x.pay, x.bulk, x.recall, x.upload, x.answer, x.sendBack, x.passTime} {
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
	fmt.Fprintf(out, "\n%d payments acknowledged, %d of them recalled, %d uploads, %d returns asked for and %d put into the inbox; %d files with %d entries at the bank.\n",
		m.count(func(p *payment) bool { return p.acknowledged }), m.count(func(p *payment) bool { return p.recalled }), m.uploads,
		m.returns, x.bank.returned, len(x.bank.keys), len(m.left))
	woken, accepted := x.Databases.Woken()
	fmt.Fprintf(out, "Delivery was unknown for %d files. The standby took over %d times; %d former primaries woke, and %d of them accepted a write.\n",
		len(m.unknown), x.Databases.Promoted(), woken, accepted)
	fmt.Fprintln(out, "Faults, and the longest pause of writes after one:")
	for _, kind := range faultKinds {
		if s, ok := x.suffered[kind.name]; ok {
			fmt.Fprintf(out, "  %4d  %-44s %6.1f s, allowed %2.0f s\n", s.times, kind.name, s.worst.Seconds(), kind.allowed.Seconds())
		}
	}
}
