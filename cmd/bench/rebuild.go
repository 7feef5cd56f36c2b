package main

import (
	"context"
	"fmt"
	"os/exec"
	"time"
)

// rebuild measures the rebuild command, compared with the rate at which the
// events were written.
func (b *bench) rebuild(ctx context.Context) error {
	if err := b.servers(); err != nil {
		return err
	}
	events := b.ledger.metric("achledger_log_head_position")
	var rates []float64
	for range b.Rounds {
		began := time.Now()
		out, err := exec.CommandContext(ctx, b.Program, "rebuild", "--data", b.ledger.folder).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		rates = append(rates, events/time.Since(began).Seconds())
	}
	ratio := median(rates) / b.singleRate
	b.table.add(row{
		path: "rebuild", against: "single POSTs at 512 connections", measured: fmt.Sprintf("%.1f times", ratio),
		budget: "at least 3 times", kept: ratio >= 3,
		details: fmt.Sprintf("%s events/s over %s events", thousands(median(rates)), thousands(events)),
	})
	return nil
}
