package inbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/achledger/achledger/eventstore"
	"github.com/achledger/achledger/eventstore/ledger"
)

// Resume applies the files that were received and not applied to their end,
// oldest first: after a crash, or when they were only accepted. One that fails
// does not hold up the others; the errors come back together.
func (d *Desk) Resume(ctx context.Context) error {
	give, err := d.applying.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	return d.resume(ledger.WithWorker(ctx, "inbound"), "", nil)
}

// resume does what Resume says. Of the file that is asked for it may know the
// judgement already, and only the error of that file is returned: those of
// others are logged.
func (d *Desk) resume(ctx context.Context, asked string, j *judgement) error {
	if err := d.Views.CatchUp(ctx); err != nil {
		return fmt.Errorf("wait for the views: %w", err)
	}
	files, err := d.Views.UnfinishedInbound(ctx)
	if err != nil {
		return fmt.Errorf("read which files of the bank are unfinished: %w", err)
	}
	var errs []error
	for _, f := range files {
		var known *judgement
		if f.ID == asked {
			known = j
		}
		err := d.apply(ctx, f.ID, known)
		switch {
		case err == nil:
			d.Log.Info("file of the bank applied", "id", f.ID, "name", f.Name)
		case fatal(err) || ctx.Err() != nil:
			return err
		case asked == "" || f.ID == asked:
			errs = append(errs, fmt.Errorf("apply file %s of the bank: %w", f.ID, err))
		default:
			d.Log.Error("a file of the bank could not be applied", "id", f.ID, "err", err)
		}
	}
	return errors.Join(errs...)
}

// fatal reports whether nothing more can be written.
func fatal(err error) bool {
	return errors.Is(err, eventstore.ErrFailed) || errors.Is(err, eventstore.ErrClosed)
}

// Sweep does all there is to do now: it applies unfinished files and looks
// into the inbox.
func (d *Desk) Sweep(ctx context.Context) error {
	err := d.Resume(ctx)
	if d.inbox != nil && !fatal(err) {
		err = errors.Join(err, d.inbox.look(ctx))
	}
	return err
}

// Run goes on with unfinished files, then watches the inbox and applies what
// was accepted, until ctx ends. What failed is tried again at the next look;
// an entry that has its place is never placed again. A log that is closed for
// writing ends Run with its error.
func (d *Desk) Run(ctx context.Context) error {
	every, look := time.NewTicker(d.Every), (<-chan time.Time)(nil)
	defer every.Stop()
	if d.inbox != nil {
		ticker := time.NewTicker(d.inbox.Every)
		defer ticker.Stop()
		look = ticker.C
	}
	var complained time.Time
	err := d.Sweep(ctx)
	for {
		switch {
		case ctx.Err() != nil:
			return nil
		case fatal(err):
			return err
		case err != nil && time.Since(complained) >= complaints:
			d.Log.Error("taking in files of the bank failed", "err", err)
			complained = time.Now()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-d.wake:
			err = d.Resume(ctx)
		case <-every.C:
			err = d.Resume(ctx)
		case <-look:
			err = d.inbox.look(ctx)
		}
	}
}

// complaints are at least this far apart: a folder that is gone fails at
// every look.
const complaints = 10 * time.Second

// Kept reads a file of the bank as it came. A missing one is fs.ErrNotExist.
func (d *Desk) Kept(id string) (io.ReadCloser, error) { return d.vault.open(id) }
