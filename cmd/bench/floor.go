package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// floorBudget is the minimum share of the floor's rate, and floorWait the
// maximum ratio of the p99 latencies.
const (
	floorBudget = 0.8
	floorWait   = 2
)

// floor compares single POSTs with the minimal server that could take them.
func (b *bench) floor(ctx context.Context) (err error) {
	if err := b.servers(); err != nil {
		return err
	}
	least, err := start(b.folder("floor"), b.Self, "floor", b.folder("floor"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, least.stop()) }()
	if least.client, err = least.credential(); err != nil {
		return err
	}
	for _, connections := range []int{64, 1} {
		var ratios, rates, floors []float64
		var waits, floorWaits []time.Duration
		for range b.Rounds {
			f, err := least.post(ctx, connections, b.Each)
			if err != nil {
				return err
			}
			l, err := b.ledger.post(ctx, connections, b.Each)
			if err != nil {
				return err
			}
			b.ledger.settle(ctx)
			ratios = append(ratios, l.rate()/f.rate())
			rates, floors = append(rates, l.rate()), append(floors, f.rate())
			waits, floorWaits = append(waits, l.waits...), append(floorWaits, f.waits...)
		}
		is, was := percentilesOf(waits), percentilesOf(floorWaits)
		slower := is.p99.Seconds() / was.p99.Seconds()
		b.table.add(row{
			path: fmt.Sprintf("single POST, %d connections", connections), against: "echo with a group commit of row, chain, key and outbox",
			measured: fmt.Sprintf("%.0f %%, p99 %.1f times", 100*median(ratios), slower),
			budget:   fmt.Sprintf("at least %.0f %%, p99 at most %d times", 100*floorBudget, floorWait),
			kept:     median(ratios) >= floorBudget && slower <= floorWait,
			details:  fmt.Sprintf("%s/s, %s; floor %s/s, %s", thousands(median(rates)), is, thousands(median(floors)), was),
		})
	}
	return nil
}
