// Command bench measures a ledger on this machine: the program itself, in a
// process of its own with everything on (sealing, relay, views), compared with
// what SQLite and its driver can do by themselves. All figures are ratios of
// runs that alternate on the same disk, and medians of several rounds, so they
// can be compared between machines and over time.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"github.com/achledger/achledger/cmd/internal/folder"
)

type cli struct {
	Run   runCommand   `cmd:"" default:"withargs" help:"Measure and print the table."`
	Bare  bareCommand  `cmd:"" hidden:"" help:"Serve the API's handlers over a bare group commit."`
	Floor floorCommand `cmd:"" hidden:"" help:"Serve payments with the minimal server that loses none."`
}

type runCommand struct {
	Program    string        `help:"The achledger binary to measure." default:"bin/achledger" type:"existingfile" placeholder:"FILE"`
	Folder     string        `help:"Create the ledgers in this folder, whose disk is measured; default: the system's temporary folder." placeholder:"DIR"`
	Rounds     int           `help:"Rounds of each comparison; the median counts." default:"5"`
	Each       time.Duration `help:"Duration of a round of single requests." default:"3s"`
	Entries    int           `help:"Entries of the big cut." default:"100000"`
	Everything bool          `help:"Add limits that the guard counts for every entry, and a webhook that receives every event."`
	Size       int           `help:"Measure a ledger of N payments instead of the above; see below." placeholder:"N"`
	Profiles   string        `help:"With --size: save CPU profiles of the ledger to this folder, five seconds each." type:"existingdir" placeholder:"DIR"`
	Only       []string      `help:"Measure only these: append, single, floor, bulk, rebuild, cut, guard (ten of its rules, and a decision hook), several (nodes on PostgreSQL)." enum:"append,single,floor,bulk,rebuild,cut,guard,several" placeholder:"STEP,…"`
}

func (runCommand) Help() string {
	return `Prints a table of ratios: the ledger with everything on, in a process of its
own, compared with what the same disk and the same handlers can do by
themselves. With the defaults it takes a few minutes and a gigabyte of disk;
run it on an otherwise idle machine.

With --size N it fills one ledger with N payments of two clients, and measures,
first while all of them wait and then when all of them are filed:

    the rate of intake, by tenths            the cut of one client's half, alone
    a start, after a stop and a kill -9        and while single payments come in
    single POSTs, compared with an           the disk space of a payment
      empty ledger                           verify
    the worst time of each list and look-up

with the CPU time of the ledger and of the load generator, and the ledger's
memory. It logs its steps with the time of day to standard error, and removes
its files at the end, also after Ctrl-C. A million payments take about five
minutes and 4 GB of disk, ten million an hour and 40 GB.`
}

// Run runs the measurements.
func (c runCommand) Run(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	return measure(ctx, options{
		Program: c.Program, Self: self, Folder: c.Folder, Rounds: c.Rounds, Each: c.Each, Entries: c.Entries, Only: c.Only, Size: c.Size, Profiles: c.Profiles, Everything: c.Everything,
		Out: os.Stdout, Errs: os.Stderr,
	})
}

type floorCommand struct {
	Folder folder.Folder `arg:""`
}

// Run serves until the process is signalled.
func (c floorCommand) Run(ctx context.Context) error { return serveFloor(ctx, c.Folder, os.Stdout) }

type bareCommand struct {
	Folder folder.Folder `arg:""`
}

// Run serves until the process is signalled.
func (c bareCommand) Run(ctx context.Context) error { return serveBare(ctx, c.Folder, os.Stdout) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed := kong.Parse(&cli{}, kong.Name("bench"), kong.BindTo(ctx, (*context.Context)(nil)))
	parsed.FatalIfErrorf(parsed.Run())
}
