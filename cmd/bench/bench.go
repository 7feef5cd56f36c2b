package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// options are the choices of a run.
type options struct {
	Program string        // achledger, to be started in processes of its own
	Self    string        // this program, likewise
	Folder  string        // where the ledgers are made: the disk that is measured
	Rounds  int           // of everything that is compared; the median counts
	Each    time.Duration // how long one round of single requests takes
	Entries int           // of the big cut
	Size    int           // payments of one ledger that is measured at this size, in place of all else; 0: none
	// Profiles is a folder for profiles of the ledger while it is measured at a size; empty: none.
	Profiles string
	// Everything puts a webhook and limits beside payments.
	Everything bool
	Only       []string // steps to run, with those they are held against; none: all
	Out        io.Writer
	Errs       io.Writer // what is going on, for people
}

// bench is one run.
type bench struct {
	options
	table  table
	ledger *process // the program
	bare   *process // its handlers over a bare group commit

	bareRate   float64 // rows a second, in-process
	singleRate float64 // single POSTs a second at 512 connections
}

// measure measures everything and prints the table.
func measure(ctx context.Context, o options) (err error) {
	if slices.Contains(o.Only, "rebuild") {
		o.Only = append(o.Only, "single")
	}
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
			return fmt.Errorf("bench %s: %w", step.name, errors.Join(err, b.stop()))
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

func (b *bench) folder(name string) string { return filepath.Join(b.Folder, name) }

// median of an odd or even number of figures.
func median(figures []float64) float64 {
	sorted := slices.Sorted(slices.Values(figures))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[len(sorted)/2]
}
