package main

import (
	"context"
	"fmt"
	"time"

	"github.com/achledger/achledger/cmd/internal/node"
	"github.com/achledger/achledger/domain/text"
	"github.com/achledger/achledger/projections"
)

type filesShowCommand struct {
	placeFlags
	File string `arg:"" help:"Id or name of the file."`
}

// Run shows a file.
func (c filesShowCommand) Run(ctx context.Context, s streams) error {
	return withViews(ctx, c.placeFlags, func(r *node.Reader, v *projections.Views) error {
		row, err := findFile(ctx, v, c.File)
		if err != nil {
			return err
		}
		listFile(s.out, row)
		f, err := r.Ledger.File(ctx, row.ID)
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "\n  why it was cut: %s; delivery method: %s\n", row.Why, row.Method)
		if !f.SendBy.IsZero() {
			fmt.Fprintf(s.out, "  its dates are valid until %s\n", f.SendBy.UTC().Format(time.RFC3339))
		}
		if f.Rendered != nil {
			fmt.Fprintf(s.out, "  sha256 %x, %d bytes\n", f.Rendered.SHA256, f.Rendered.Size)
		}
		if e := f.Encrypted; e != nil {
			fmt.Fprintf(s.out, "  left as sha256 %x, %d bytes, encrypted to %s\n", e.SHA256, e.Size, e.Keys[0])
		}
		fmt.Fprintln(s.out)
		for _, step := range f.History {
			fmt.Fprintf(s.out, "  %-17s %s\n", step.State, step.At.UTC().Format(time.RFC3339Nano))
		}
		batch := 0
		return v.FileEntries(ctx, row.ID, func(e projections.FileEntry) error {
			if e.Batch != batch && e.Batch <= len(f.Batches) {
				batch = e.Batch
				h := f.Batches[batch-1]
				fmt.Fprintf(s.out, "\n  batch %d  %s  %s  effective %s\n", batch, h.SEC, h.Description, h.EffectiveOn)
			}
			_, err := fmt.Fprintf(s.out, "    %s  %13s  %s\n", e.Trace, text.Money(e.AmountCents), e.TransactionID)
			return err
		})
	})
}
