package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// options are the flags of a run.
type options struct {
	Program string        // achledger's binary, run in processes of its own
	Self    string        // this binary, run likewise
	Folder  string        // where the ledgers are created: the disk that is measured
	Rounds  int           // of each comparison; the median counts
	Each    time.Duration // duration of one round of single requests
	Entries int           // in the big cut
	Size    int           // payments of a ledger to measure at this size, instead of everything else; 0: none
	// Profiles is a folder for CPU profiles while a ledger is measured at a
	// size; empty: none.
	Profiles string
	// Everything adds limits and a webhook to the client.
	Everything bool
	Only       []string // steps to run, with those they are compared to; none: all
	Out        io.Writer
	Errs       io.Writer // progress messages
}

// bench is one run.
type bench struct {
	options
	table  table
	ledger *process // the program under test
	bare   *process // the same handlers over a bare group commit

	rules      string  // settings of the guard for the ledger's clients
	bareRate   float64 // rows per second, in-process
	singleRate float64 // single POSTs per second over 512 connections
}

// measure runs the measurements and prints the table. If it is interrupted, the
// table has what was measured until then: a run can take an hour.
func measure(ctx context.Context, o options) (err error) {
	if slices.Contains(o.Only, "rebuild") {
		o.Only = append(o.Only, "single")
	}
	o.Errs = &oneAtATime{w: o.Errs}
	b := &bench{options: o}
	if b.Folder, err = os.MkdirTemp(o.Folder, "achledger-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.Folder)) }()
	type step struct {
		name string
		run  func(context.Context) error
	}
	steps := []step{
		{"append", b.append},
		{"single", b.single},
		{"floor", b.floor},
		{"bulk", b.bulk},
		{"rebuild", b.rebuild},
		{"cut", b.cut},
		{"guard", b.guard},
		{"several", b.several},
	}
	if o.Size > 0 {
		steps = []step{{"size", b.size}}
	}
	for _, step := range steps {
		if len(o.Only) > 0 && !slices.Contains(o.Only, step.name) {
			continue
		}
		fmt.Fprintf(b.Errs, "measuring: %s\n", step.name)
		if err := step.run(ctx); err != nil {
			err = fmt.Errorf("bench %s: %w", step.name, errors.Join(err, b.stop()))
			if len(b.table.rows) > 0 {
				err = errors.Join(err, b.table.print(o.Out))
			}
			return err
		}
	}
	if err := b.stop(); err != nil {
		return err
	}
	return b.table.print(o.Out)
}

func (b *bench) stop() error {
	err := errors.Join(b.ledger.stop(), b.bare.stop())
	b.ledger, b.bare = nil, nil
	return err
}

// oneAtATime is a writer for several goroutines.
type oneAtATime struct {
	mu sync.Mutex
	w  io.Writer
}

func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.w.Write(p)
}

func (b *bench) folder(name string) string { return filepath.Join(b.Folder, name) }

// median returns the median of the figures.
func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}
