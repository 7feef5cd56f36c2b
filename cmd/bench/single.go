package main

import (
	"context"
	"fmt"
	"time"
)

// servers starts the program and the bare server, each with a client whose
// entries all wait.
func (b *bench) servers() (err error) {
	if b.ledger != nil {
		return nil
	}
	if b.ledger, err = serve(b.folder("ledger"), b.Program); err != nil {
		return err
	}
	extra := b.rules
	if b.Everything && extra == "" {
		extra = limits
	}
	if b.ledger.client, err = b.ledger.begin(extra); err != nil {
		return err
	}
	if b.Everything {
		if err := b.ledger.listen(); err != nil {
			return err
		}
	}
	if b.bare, err = start(b.folder("bare"), b.Self, "bare", b.folder("bare")); err != nil {
		return err
	}
	b.bare.client, err = b.bare.credential()
	return err
}

// single compares single POSTs with the same handlers over a bare group
// commit, and checks that the relay keeps up.
func (b *bench) single(ctx context.Context) error {
	if err := b.servers(); err != nil {
		return err
	}
	for _, connections := range []int{1, 64, 512} {
		var ratios, rates, bares, lags []float64
		var waits []time.Duration
		var used, took time.Duration
		for range b.Rounds {
			bare, err := b.bare.post(ctx, connections, b.Each)
			if err != nil {
				return err
			}
			lag := b.ledger.watchLag(ctx)
			l, err := b.ledger.post(ctx, connections, b.Each)
			lags = append(lags, lag())
			if err != nil {
				return err
			}
			ratios = append(ratios, l.rate()/bare.rate())
			rates, bares = append(rates, l.rate()), append(bares, bare.rate())
			b.ledger.settle(ctx)
			waits = append(waits, l.waits...)
			used, took = used+l.cpu, took+l.took
		}
		b.table.add(row{
			path: fmt.Sprintf("single POST, %d connections", connections), against: "the same handlers over a bare group commit",
			measured: fmt.Sprintf("%.0f %%", 100*median(ratios)), budget: "at least 70 %", kept: median(ratios) >= 0.7,
			details: fmt.Sprintf("%s/s, bare %s/s; %s; the load generator used %.0f %% of one core",
				thousands(median(rates)), thousands(median(bares)), percentilesOf(waits), 100*used.Seconds()/took.Seconds()),
		})
		if connections == 512 {
			b.singleRate = median(rates)
			b.relay(lags)
		}
	}
	return b.bare.stop()
}

// relay rates the maximum lag of the relay in each round.
func (b *bench) relay(lags []float64) {
	worst := 0.0
	for _, l := range lags {
		worst = max(worst, l)
	}
	b.table.add(row{
		path: "relay", against: "single POSTs at 512 connections",
		measured: fmt.Sprintf("%.2f s of events waiting at most", worst/b.singleRate), budget: "at most 1 s",
		kept: worst <= b.singleRate, details: fmt.Sprintf("%s events waited at the worst moment", thousands(worst)),
	})
}
