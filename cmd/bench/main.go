// Command bench measures a ledger on this machine: the program itself, in a
// process of its own with everything on (sealing, relay, views), beside what
// SQLite and its driver can do bare. Figures are ratios of runs that take
// turns on the same disk, medians of several rounds; times of day and other
// machines do not enter.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
)

type cli struct {
	Run   runCommand   `cmd:"" default:"withargs" help:"Measure and print the table."`
	Bare  bareCommand  `cmd:"" hidden:"" help:"Serve the API's handlers over a bare group commit."`
	Floor floorCommand `cmd:"" hidden:"" help:"Take payments with the least that could."`
}

type runCommand struct {
	Program    string        `help:"The achledger that is measured." default:"bin/achledger" type:"existingfile" placeholder:"FILE"`
	Folder     string        `help:"Measure the disk that holds this folder; the system's temporary one by default." placeholder:"DIR"`
	Rounds     int           `help:"Rounds of everything that is compared; the median counts." default:"5"`
	Each       time.Duration `help:"How long a round of single requests takes." default:"3s"`
	Entries    int           `help:"Entries of the big cut." default:"100000"`
	Everything bool          `help:"With limits that the guard counts for every entry, and a webhook to which everything is posted."`
	Size       int           `help:"Measure a ledger of so many payments in place of the above; see below." placeholder:"N"`
	Profiles   string        `help:"With --size: keep profiles of the ledger's processor in this folder, five seconds each." type:"existingdir" placeholder:"DIR"`
	Only       []string      `help:"Measure only these: append, single, floor, bulk, rebuild, cut, several (nodes on PostgreSQL)." enum:"append,single,floor,bulk,rebuild,cut,several" placeholder:"STEP,…"`
}

// Help is the text that --help shows below the flags.
func (runCommand) Help() string {
	return `Prints a table of ratios: the ledger with everything on, in a process of its
own, beside what the same disk and the same handlers do bare. Takes some
minutes with the defaults and needs a gigabyte; a quiet machine says more.

With --size N it fills one ledger with N payments of two clients, and measures,
first while all of them wait and then when all have left in files:

    how fast they come in, by tenths         the cut of one client's half, alone
    a start, after an end and a kill -9        and beside single payments
    single POSTs beside an empty log's       the disk that a payment takes
    every list and look-up, at worst         verify

with the processor time of ledger and load generator and the ledger's memory.
What it does stands on standard error with the time of day; what it made is
removed at the end, also after Ctrl-C. A million takes about five minutes and
4 GB of disk, ten million an hour and 40 GB.`
}

// Run measures.
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
	Folder string `arg:""`
}

// Run serves until a signal comes.
func (c floorCommand) Run(ctx context.Context) error { return serveFloor(ctx, c.Folder, os.Stdout) }

type bareCommand struct {
	Folder string `arg:""`
}

// Run serves until a signal comes.
func (c bareCommand) Run(ctx context.Context) error { return serveBare(ctx, c.Folder, os.Stdout) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	parsed := kong.Parse(&cli{}, kong.Name("bench"), kong.BindTo(ctx, (*context.Context)(nil)))
	parsed.FatalIfErrorf(parsed.Run())
}
