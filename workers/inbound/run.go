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

// Resume applies the files that were received and not applied completely,
// oldest first: after a crash, or if they were only accepted. A file that fails
// does not delay the others; the errors are joined.
func (t *Intake) Resume(ctx context.Context) error {
	give, err := t.applying.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	return t.resume(ledger.WithWorker(ctx, "inbound"), "", nil)
}

// resume does what Resume says. rv is the review of the file asked, if already
// made. Only the error of that file is returned: those of others are logged.
func (t *Intake) resume(ctx context.Context, asked string, rv *review) error {
	if err := t.Views.CatchUp(ctx); err != nil {
		return fmt.Errorf("wait for the views: %w", err)
	}
	files, err := t.Views.UnfinishedInbound(ctx)
	if err != nil {
		return fmt.Errorf("read which files of the bank are unfinished: %w", err)
	}
	var errs []error
	for _, f := range files {
		var known *review
		if f.ID == asked {
			known = rv
		}
		err := t.apply(ctx, f.ID, known)
		switch {
		case err == nil:
			t.Log.Info("file of the bank applied", "id", f.ID, "name", f.Name)
		case fatal(err) || ctx.Err() != nil:
			return err
		case asked == "" || f.ID == asked:
			errs = append(errs, fmt.Errorf("apply file %s of the bank: %w", f.ID, err))
		default:
			t.Log.Error("a file of the bank could not be applied", "id", f.ID, "err", err)
		}
	}
	return errors.Join(errs...)
}

// fatal reports whether nothing more can be written.
func fatal(err error) bool {
	return errors.Is(err, eventstore.ErrFailed) || errors.Is(err, eventstore.ErrClosed)
}

// Sweep applies unfinished files and takes what is in the inbox.
func (t *Intake) Sweep(ctx context.Context) error {
	err := t.Resume(ctx)
	if t.inbox != nil && !fatal(err) {
		err = errors.Join(err, t.inbox.look(ctx))
	}
	return err
}

// Run applies unfinished files, then watches the inbox and applies what was
// accepted, until ctx ends. What failed is tried again at the next poll; an
// entry is never placed twice. A log that is closed for writing ends Run with
// its error.
func (t *Intake) Run(ctx context.Context) error {
	every, look := time.NewTicker(t.Every), (<-chan time.Time)(nil)
	defer every.Stop()
	if t.inbox != nil {
		ticker := time.NewTicker(t.inbox.Every)
		defer ticker.Stop()
		look = ticker.C
	}
	var complained time.Time
	err := t.Sweep(ctx)
	for {
		switch {
		case ctx.Err() != nil:
			return nil
		case fatal(err):
			return err
		case err != nil && time.Since(complained) >= complaints:
			t.Log.Error("taking in files of the bank failed", "err", err)
			complained = time.Now()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.wake:
			err = t.Resume(ctx)
		case <-every.C:
			err = t.Resume(ctx)
		case <-look:
			err = t.inbox.look(ctx)
		}
	}
}

// complaints is the shortest time between two log messages about the inbox: a
// folder that is gone fails at every poll.
const complaints = 10 * time.Second

// Kept reads a kept file of the bank. The error of a missing one is
// fs.ErrNotExist.
func (t *Intake) Kept(id string) (io.ReadCloser, error) { return t.bankFiles.open(id) }
