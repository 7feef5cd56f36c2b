package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/achledger/achledger/cmd/internal/control"
	"github.com/achledger/achledger/cmd/internal/folder"
	"github.com/achledger/achledger/cmd/internal/node"
)

const description = `An ACH ledger. Clients post transactions over HTTP; they become durable
events in an append-only log, appear on NATS JetStream, and leave in NACHA
files when a client's thresholds are met.

New here? Try: achledger demo`

// cli is the command line.
type cli struct {
	Serve       serveCommand       `cmd:"" help:"Run the ledger: log, broker, workers and API in one process."`
	Demo        demoCommand        `cmd:"" help:"Tell the story of one day at a made-up bank, on a real server."`
	Verify      verifyCommand      `cmd:"" help:"Check that everything holds: chain, stream, files, totals, views."`
	Rebuild     rebuildCommand     `cmd:"" help:"Rebuild the views from the log."`
	Events      eventsCommand      `cmd:"" help:"Show the log's events, like tail."`
	Files       filesCommand       `cmd:"" help:"List NACHA files, show one, print its records."`
	Ingest      ingestCommand      `cmd:"" help:"Take in files from the bank by hand."`
	Fed         fedCommand         `cmd:"" help:"Play the Federal Reserve: read an outbox, answer into an inbox."`
	Backup      backupCommand      `cmd:"" help:"Copy the ledger, without the master key, to a new folder."`
	Delivery    deliveryCommand    `cmd:"" help:"Show whether files may leave, and switch delivery on or off."`
	Credentials credentialsCommand `cmd:"" help:"Let a restored ledger accept its credentials again."`
	Store       storeCommand       `cmd:"" help:"Make a ledger in a PostgreSQL database, for several nodes."`
	Stream      streamCommand      `cmd:"" help:"Manage the stream that copies the log."`
	Operators   operatorsCommand   `cmd:"" help:"Manage the people who run the ledger."`
	Keys        keysCommand        `cmd:"" help:"Manage the keys that seal account numbers."`
	Config      configCommand      `cmd:"" help:"Check the configuration that serve would start with."`
	Version     versionCommand     `cmd:"" help:"Print the version."`
	Completion  completionCommand  `cmd:"" help:"Print a script with which a shell completes commands and flags."`
	Man         manCommand         `cmd:"" help:"Print the manual page, for man -l -."`
}

// streams are where a command reads and writes.
type streams struct {
	in   io.Reader
	out  io.Writer
	errs io.Writer
}

// dataFlag names the data folder.
type dataFlag struct {
	Data string `help:"Data folder." default:"./data" env:"ACHLEDGER_DATA"`
}

func (d dataFlag) folder() folder.Folder { return folder.Folder(d.Data) }

// unknownCommand catches a word after a group of commands that has a default
// one, which would otherwise be reported as an argument of the default.
type unknownCommand string

func (u unknownCommand) refused(group, has string) error {
	if u == "" {
		return nil
	}
	return fmt.Errorf("%s has no command %q; it has %s: see achledger %s --help", group, string(u), has, group)
}

// shown is a printer of help that leaves out what is hidden, such as
// unknownCommand.
func shown(print kong.HelpPrinter) kong.HelpPrinter {
	return func(o kong.HelpOptions, c *kong.Context) error {
		hide(c.Model.Node)
		return print(o, c)
	}
}

// hide removes hidden arguments from a command and those below it; kong hides
// only flags and commands.
func hide(n *kong.Node) {
	n.Positional = slices.DeleteFunc(n.Positional, func(p *kong.Positional) bool { return p.Tag.Hidden })
	for _, child := range n.Children {
		hide(child)
	}
}

// ask has the server that runs on the folder do something or, if none runs,
// this process.
func ask[Ask, Reply any](ctx context.Context, f folder.Folder, what string, do func(*node.Core, context.Context, Ask) (Reply, error), with Ask) (reply Reply, err error) {
	server, err := control.Dial(ctx, f)
	if err == nil {
		err = server.Call(ctx, what, with, &reply)
		return reply, errors.Join(err, server.Close())
	}
	if !errors.Is(err, control.ErrNoServer) {
		return reply, err
	}
	core, err := node.OpenExisting(ctx, f)
	if err != nil {
		return reply, err
	}
	reply, err = do(core, control.AsOwner(ctx), with)
	return reply, errors.Join(err, core.Close())
}
