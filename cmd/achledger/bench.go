package main

import (
	"context"
	"os"
	"time"

	"github.com/achledger/achledger/cmd/internal/bench"
)

type benchCommand struct {
	Run  benchRunCommand  `cmd:"" default:"withargs" help:"Measure and print the table."`
	Bare benchBareCommand `cmd:"" hidden:"" help:"Serve the API's handlers over a bare group commit."`
}

type benchRunCommand struct {
	Folder  string        `help:"Measure the disk that holds this folder; the system's temporary one by default." placeholder:"DIR"`
	Rounds  int           `help:"Rounds of everything that is compared; the median counts." default:"5"`
	Each    time.Duration `help:"How long a round of single requests takes." default:"3s"`
	Entries int           `help:"Entries of the big cut." default:"100000"`
	Only    []string      `help:"Measure only these: append, single, bulk, rebuild, cut." enum:"append,single,bulk,rebuild,cut" placeholder:"STEP,…"`
}

// Help is shown behind the flags.
func (benchRunCommand) Help() string {
	return `Prints a table of ratios: the ledger with everything on, in a process of its
own, beside what the same disk and the same handlers do bare. Takes some
minutes with the defaults and needs a gigabyte; a quiet machine says more.`
}

// Run measures.
func (c benchRunCommand) Run(ctx context.Context, s streams) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	return bench.Run(ctx, bench.Options{
		Program: program, Folder: c.Folder, Rounds: c.Rounds, Each: c.Each, Entries: c.Entries, Only: c.Only, Out: s.out, Errs: s.errs,
	})
}

type benchBareCommand struct {
	Folder string `arg:""`
}

// Run serves until a signal comes.
func (c benchBareCommand) Run(ctx context.Context, s streams) error {
	return bench.ServeBare(ctx, c.Folder, s.out)
}
