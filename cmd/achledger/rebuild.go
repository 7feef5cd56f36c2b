package main

import (
	"context"
	"fmt"
	"time"

	"github.com/achledger/achledger/cmd/internal/terminal"
	"github.com/achledger/achledger/projections"
)

type rebuildCommand struct{ placeFlags }

func (rebuildCommand) Help() string {
	return `The views are made from the log alone. This builds new ones beside those in use,
even while a server runs, and then replaces those. No request is refused
meanwhile, and no payment is touched.`
}

// Run rebuilds the views.
func (c rebuildCommand) Run(ctx context.Context, s streams) error {
	if err := c.folder().MustBeOurs(); err != nil {
		return err
	}
	reader, err := c.rebuilder(ctx)
	if err != nil {
		return err
	}
	defer reader.Close()
	head, err := reader.Store.Head(ctx)
	if err != nil {
		return err
	}
	began := time.Now()
	bar := terminal.NewProgress(s.errs, "rebuilding the views")
	err = projections.Rebuild(ctx, c.folder().Views(), reader.Store, bar.At)
	bar.Done()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "The views are rebuilt: %d events in %s.\n", head.Position, time.Since(began).Round(time.Millisecond))
	return err
}
