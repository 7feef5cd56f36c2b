package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/domain/nacha"
	"github.com/achledger/achledger/eventstore/seal"
	"github.com/achledger/achledger/projections"
	"github.com/achledger/achledger/workers"
)

type filesCatCommand struct {
	placeFlags
	File    string `arg:"" help:"Id or name of the file."`
	Clear   bool   `help:"Show full account numbers. Needs the master key."`
	Explain bool   `help:"Name every field of every record."`
}

// Run prints a file as the log renders it.
func (c filesCatCommand) Run(ctx context.Context, s streams) error {
	return withViews(ctx, c.placeFlags, func(r *node.Reader, v *projections.Views) error {
		row, err := findFile(ctx, v, c.File)
		if err != nil {
			return err
		}
		f, err := r.Ledger.File(ctx, row.ID)
		if err != nil {
			return err
		}
		content, err := workers.RenderFile(ctx, r.Ledger, f)
		if !c.Clear && seal.NotCheckable(err) {
			content, err = workers.RenderMasked(ctx, r.Ledger, f)
		}
		if err != nil {
			return err
		}
		var d nacha.Describer
		for line := range strings.Lines(string(content)) {
			switch {
			case c.Explain:
				line = d.Describe(line) + "\n"
			case !c.Clear:
				line = mask(&d, line)
			}
			if _, err := fmt.Fprint(s.out, line); err != nil {
				return err
			}
		}
		return nil
	})
}

// mask masks account numbers and dates of birth as the API does, and keeps
// every other field in its columns.
func mask(d *nacha.Describer, line string) string {
	masked := []byte(line)
	for _, p := range d.Parts(line) {
		if !p.Secret {
			continue
		}
		copy(masked[p.From-1:p.To], fmt.Sprintf("%-*s", len(p.Text), p.Shown()))
	}
	return string(masked)
}
