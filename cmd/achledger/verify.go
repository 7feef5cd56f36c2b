package main

import (
	"context"
	"fmt"

	"github.com/achledger/achledger/cmd/internal/terminal"
	"github.com/achledger/achledger/workers/verify"
)

type verifyCommand struct {
	placeFlags
	Outbox string `help:"Where the nodes of a ledger in a database put files for the bank." env:"ACHLEDGER_OUTBOX" placeholder:"DIR"`
}

func (verifyCommand) Help() string {
	return `Reads everything and changes nothing, also beside a running server. A line for
each check; exit code 1 and the reasons when one fails, 2 when the folder could
not be read. A line that begins with -- is a check that cannot be made here, and why.
On a terminal a bar shows how far the check under way is.

It builds the views once more in the system's temporary folder (TMPDIR), which
needs as much space as views.db. The checks run beside each other; a million
events take about 40 s of processor time.`
}

// unchecked is why a folder could not be verified.
type unchecked struct{ error }

func (u unchecked) Unwrap() error { return u.error }

// Run verifies.
func (c verifyCommand) Run(ctx context.Context, s streams) error {
	reader, err := c.reader(ctx, c.Outbox)
	if err != nil {
		return unchecked{err}
	}
	defer reader.Close()
	ok, err := reader.Subject().Report(ctx, s.out, func(name string) (verify.Progress, func()) {
		bar := terminal.NewProgress(s.errs, name)
		return bar.At, bar.Done
	})
	if err != nil {
		return unchecked{err}
	}
	if !ok {
		fmt.Fprintln(s.errs, "achledger: a check failed; see above")
		return errReported
	}
	return nil
}
