// Command achledger is an ACH ledger: clients post transactions over HTTP, they
// become durable events, and when a client's thresholds are met a NACHA file
// appears in the outbox.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/achledger/achledger/eventstore"
)

func main() { os.Exit(run()) }

// Exit codes. Any other failure is 1.
const (
	exitFailed    = 1
	exitUnchecked = 2 // verify could not read what it was to check
	exitUnknown   = 3 // a commit's outcome is unknown: restart
)

// run is main for the tests too.
func run() int {
	syscall.Umask(0o077) // files are private from the moment they exist, the control socket too
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal kills the process
	collectLess()
	return execute(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
}

func execute(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	var c cli
	exited := -1
	plain := plainTexts{}
	parser, err := kong.New(&c,
		kong.Name("achledger"),
		kong.Description(description),
		kong.Writers(out, errs),
		kong.Exit(func(code int) { exited = code }),
		kong.ShortUsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 80}),
		kong.Help(shown(kong.DefaultHelpPrinter)),
		kong.ShortHelp(shown(kong.DefaultShortHelpPrinter)),
		kong.PostBuild(plain.take),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(streams{in, out, errs}),
	)
	if err != nil {
		fmt.Fprintln(errs, "achledger:", err)
		return exitFailed
	}
	plain.putBack()
	if completes(parser) {
		return 0
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		parser.Stdout = errs // the usage is part of the complaint, not what another program waits for
		parser.FatalIfErrorf(err)
		return exitFailed
	}
	return exitCode(parsed.Run(), errs)
}

// exitCode prints what went wrong, once, and returns the exit code.
func exitCode(err error, errs io.Writer) int {
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
		return exitFailed
	}
	fmt.Fprintln(errs, "achledger:", oneLine.Replace(err.Error()))
	var not unchecked
	switch {
	case errors.Is(err, eventstore.ErrFailed), errors.Is(err, eventstore.ErrUnknownOutcome):
		return exitUnknown
	case errors.As(err, &not):
		return exitUnchecked
	}
	return exitFailed
}

// oneLine joins the lines of errors that happened together, or that a library broke.
var oneLine = strings.NewReplacer("\n\t", " ", "\n", "; ")

// errReported is the error of a command that has already printed everything.
var errReported = errors.New("failed")
