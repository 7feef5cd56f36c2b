package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/cmd/internal/terminal"
)

type ingestCommand struct {
	dataFlag
	Files []string `arg:"" name:"file" help:"NACHA files, or acknowledgements." placeholder:"FILE"`
}

func (ingestCommand) Help() string {
	return `Takes in returns, corrections, payments and acknowledgements as if they had been
in the inbox, and says what became of each. A running server does it; without
one the command does. Files stay where they are. Taking one in again changes
nothing: what was applied is a duplicate.

Exit code 1 when something is quarantined or could not be taken in.

  achledger ingest FedACH_20261123.ach
  achledger ingest --data ./play from-the-bank/*`
}

// Run takes in the files one by one, in the order they are named.
func (c ingestCommand) Run(ctx context.Context, s streams) error {
	var total, done int64
	for _, name := range c.Files {
		if info, err := os.Stat(name); err == nil {
			total += info.Size()
		}
	}
	bar := terminal.NewProgress(s.errs, "taking in files")
	defer bar.Done()
	failed := false
	for _, name := range c.Files {
		bar.At(done, total)
		path, err := filepath.Abs(name)
		if err != nil {
			return err
		}
		in, err := ask(ctx, c.folder(), "ingest", (*node.Core).Ingest, path)
		bar.Done()
		if err != nil {
			fmt.Fprintf(s.errs, "%s  not taken in: %v\n", name, err)
			failed = true
			continue
		}
		failed = showIngested(s, name, in) || failed
		if info, err := os.Stat(path); err == nil {
			done += info.Size()
		}
	}
	if failed {
		return errReported
	}
	return nil
}

// showIngested prints the outcome of a file and reports whether a person has to
// examine it.
func showIngested(s streams, name string, in node.Ingested) bool {
	state := in.State
	if in.Of != "" {
		state += " of one " + in.Of
	}
	fmt.Fprintf(s.out, "%s  %s\n  %s\n", name, state, in.ID)
	if in.Applied+in.Unmatched+in.Skipped > 0 {
		fmt.Fprintf(s.out, "  %d applied, %d unmatched, %d applied before\n", in.Applied, in.Unmatched, in.Skipped)
	}
	for _, reason := range in.Reasons {
		fmt.Fprintf(s.out, "  %s\n", reason)
	}
	failed := len(in.Reasons) > 0
	for _, more := range in.More {
		failed = showIngested(s, name, more) || failed
	}
	return failed
}
